/* QR codes (model 2, bytes, level M, versions 1 to 10: up to 213 letters), for our short addresses. No network, no library. */
(() => {
  "use strict";

  const CHECK = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26]; /* error correction bytes of a block, by version */
  const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
  const LAST = 10;
  const MASKS = [
    (x, y) => (x + y) % 2,
    (x, y) => y % 2,
    (x) => x % 3,
    (x, y) => (x + y) % 3,
    (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
    (x, y) => ((x * y) % 2) + ((x * y) % 3),
    (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
    (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
  ];

  /* --- bytes --------------------------------------------------------------------------------------------------- */

  const aligned = (version) => (version < 2 ? 0 : Math.floor(version / 7) + 2);
  const rawBytes = (version) => {
    const count = aligned(version);
    const bits = (16 * version + 128) * version + 64 - (count ? (25 * count - 10) * count - 55 : 0) - (version >= 7 ? 36 : 0);
    return bits >> 3;
  };
  const room = (version) => rawBytes(version) - CHECK[version] * BLOCKS[version];

  const times = (a, b) => {
    let product = 0;
    for (let bit = 7; bit >= 0; bit -= 1) product = (product << 1) ^ ((product >>> 7) * 0x11d) ^ (((b >>> bit) & 1) * a);
    return product;
  };

  const divisor = (degree) => {
    const found = new Uint8Array(degree);
    found[degree - 1] = 1;
    let root = 1;
    for (let step = 0; step < degree; step += 1) {
      for (let at = 0; at < degree; at += 1) found[at] = times(found[at], root) ^ (found[at + 1] || 0);
      root = times(root, 2);
    }
    return found;
  };

  const remainder = (data, by) => {
    const found = new Array(by.length).fill(0);
    for (const byte of data) {
      const factor = byte ^ found.shift();
      found.push(0);
      by.forEach((each, at) => {
        found[at] ^= times(each, factor);
      });
    }
    return found;
  };

  const dataBytes = (text, version) => {
    const letters = new TextEncoder().encode(text);
    const bits = [];
    const add = (value, length) => {
      for (let bit = length - 1; bit >= 0; bit -= 1) bits.push((value >>> bit) & 1);
    };
    add(4, 4);
    add(letters.length, version < 10 ? 8 : 16);
    letters.forEach((letter) => add(letter, 8));
    const size = room(version) * 8;
    add(0, Math.min(4, size - bits.length));
    add(0, (8 - (bits.length % 8)) % 8);
    for (let pad = 0xec; bits.length < size; pad ^= 0xfd) add(pad, 8);
    const bytes = new Uint8Array(size / 8);
    bits.forEach((bit, at) => {
      bytes[at >> 3] |= bit << (7 - (at & 7));
    });
    return bytes;
  };

  /* Blocks with their error correction, woven into each other. */
  const woven = (data, version) => {
    const count = BLOCKS[version];
    const all = rawBytes(version);
    const short = count - (all % count);
    const length = Math.floor(all / count) - CHECK[version];
    const by = divisor(CHECK[version]);
    const blocks = [];
    for (let number = 0, at = 0; number < count; number += 1) {
      const size = length + (number < short ? 0 : 1);
      const part = data.subarray(at, at + size);
      blocks.push([part, remainder(part, by)]);
      at += size;
    }
    const found = [];
    for (let at = 0; at <= length; at += 1) blocks.forEach(([part]) => at < part.length && found.push(part[at]));
    for (let at = 0; at < CHECK[version]; at += 1) blocks.forEach(([, check]) => found.push(check[at]));
    return found;
  };

  /* --- the picture --------------------------------------------------------------------------------------------- */

  const draw = (version) => {
    const size = version * 4 + 17;
    const dark = Array.from({ length: size }, () => new Array(size).fill(false));
    const fixed = Array.from({ length: size }, () => new Array(size).fill(false));
    const set = (x, y, value) => {
      if (x < 0 || y < 0 || x >= size || y >= size) return;
      dark[y][x] = Boolean(value);
      fixed[y][x] = true;
    };
    for (let at = 0; at < size; at += 1) {
      set(6, at, at % 2 === 0);
      set(at, 6, at % 2 === 0);
    }
    for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
      for (let dy = -4; dy <= 4; dy += 1) {
        for (let dx = -4; dx <= 4; dx += 1) {
          const ring = Math.max(Math.abs(dx), Math.abs(dy));
          set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
        }
      }
    }
    const count = aligned(version);
    const step = count ? Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2 : 0;
    const places = count ? [6, ...Array.from({ length: count - 1 }, (_, at) => size - 7 - step * (count - 2 - at))] : [];
    for (const cy of places) {
      for (const cx of places) {
        if ((cx === 6 && cy === 6) || (cx === 6 && cy === size - 7) || (cx === size - 7 && cy === 6)) continue;
        for (let dy = -2; dy <= 2; dy += 1) for (let dx = -2; dx <= 2; dx += 1) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    }
    if (version >= 7) {
      let rest = version;
      for (let bit = 0; bit < 12; bit += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
      const bits = (version << 12) | rest;
      for (let bit = 0; bit < 18; bit += 1) {
        const [a, b] = [size - 11 + (bit % 3), Math.floor(bit / 3)];
        set(a, b, (bits >>> bit) & 1);
        set(b, a, (bits >>> bit) & 1);
      }
    }
    return { size, dark, fixed, set };
  };

  /* Level M is 00, so the format is the mask alone. */
  const drawFormat = ({ size, set }, mask) => {
    let rest = mask;
    for (let bit = 0; bit < 10; bit += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412;
    const bit = (at) => (bits >>> at) & 1;
    for (let at = 0; at <= 5; at += 1) set(8, at, bit(at));
    set(8, 7, bit(6));
    set(8, 8, bit(7));
    set(7, 8, bit(8));
    for (let at = 9; at < 15; at += 1) set(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at += 1) set(size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at += 1) set(8, size - 15 + at, bit(at));
    set(8, size - 8, 1);
  };

  const fill = ({ size, dark, fixed }, bytes) => {
    let at = 0;
    for (let right = size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < size; step += 1) {
        for (let side = 0; side < 2; side += 1) {
          const x = right - side;
          const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
          if (!fixed[y][x] && at < bytes.length * 8) {
            dark[y][x] = ((bytes[at >> 3] >>> (7 - (at & 7))) & 1) === 1;
            at += 1;
          }
        }
      }
    }
  };

  const turn = ({ size, dark, fixed }, mask) => {
    for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) if (!fixed[y][x] && MASKS[mask](x, y) === 0) dark[y][x] = !dark[y][x];
  };

  /* How hard a picture is to read: long runs, blocks, false corners, too dark or too light. */
  const FALSE_CORNER = ["10111010000", "00001011101"];
  const penalty = ({ size, dark }) => {
    let found = 0;
    let black = 0;
    const lines = [];
    for (let at = 0; at < size; at += 1) {
      lines.push(dark[at].map(Number).join(""), dark.map((row) => Number(row[at])).join(""));
      black += dark[at].filter(Boolean).length;
    }
    for (const line of lines) {
      for (const run of line.match(/0{5,}|1{5,}/g) || []) found += run.length - 2;
      for (const corner of FALSE_CORNER) for (let at = line.indexOf(corner); at >= 0; at = line.indexOf(corner, at + 1)) found += 40;
    }
    for (let y = 1; y < size; y += 1) {
      for (let x = 1; x < size; x += 1) {
        const here = dark[y][x];
        if (here === dark[y - 1][x] && here === dark[y][x - 1] && here === dark[y - 1][x - 1]) found += 3;
      }
    }
    return found + Math.floor(Math.abs((black * 20) / (size * size) - 10)) * 10;
  };

  /* The rows of a QR code, true where it is dark. Throws RangeError where the text is too long. */
  const qr = (text) => {
    let version = 1;
    const length = new TextEncoder().encode(text).length;
    while (version <= LAST && length + (version < 10 ? 2 : 3) > room(version)) version += 1;
    if (version > LAST) throw new RangeError("too long for a QR code");
    const picture = draw(version);
    drawFormat(picture, 0);
    fill(picture, woven(dataBytes(text, version), version));
    const weights = MASKS.map((_, mask) => {
      turn(picture, mask);
      drawFormat(picture, mask);
      const weight = penalty(picture);
      turn(picture, mask);
      return weight;
    });
    const best = weights.indexOf(Math.min(...weights));
    turn(picture, best);
    drawFormat(picture, best);
    return picture.dark;
  };

  const SVG = "http://www.w3.org/2000/svg";
  const QUIET = 4;

  /* The same as a drawing, with its quiet zone. */
  const drawing = (text) => {
    const rows = qr(text);
    const size = rows.length + 2 * QUIET;
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
    picture.setAttribute("shape-rendering", "crispEdges");
    const ground = document.createElementNS(SVG, "path");
    ground.setAttribute("fill", "#fff");
    ground.setAttribute("d", `M0 0h${size}v${size}H0z`);
    const ink = document.createElementNS(SVG, "path");
    ink.setAttribute("fill", "#000");
    const dots = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])));
    ink.setAttribute("d", dots.join(""));
    picture.append(ground, ink);
    return picture;
  };

  window.GanDan = Object.assign(window.GanDan || {}, { qr, drawing });
})();
