/* LZMA, decoded: browsers know gzip, which looks 32 KB back; LZMA sees the whole catalog and is an eighth smaller.

   The data begins with the length of what comes out (4 bytes); then a raw LZMA stream with lc 3, lp 0, pb 0, as
   app/site/lookup_packing.py writes it. After the public-domain specification of Igor Pavlov. */
(() => {
  "use strict";

  const LITERAL_CONTEXT = 3;
  const STATES = 12;
  const [HALF, BITS, RENEW, TOP] = [1024, 11, 5, 2 ** 24];

  const chances = (count) => new Uint16Array(count).fill(HALF);

  class Ranges {
    constructor(bytes, at) {
      this.bytes = bytes;
      this.at = at + 5;
      this.range = 0xffffffff;
      this.code = ((bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4]) >>> 0;
    }

    renew() {
      if (this.range < TOP) {
        this.range = (this.range << 8) >>> 0;
        this.code = ((this.code << 8) | this.bytes[this.at]) >>> 0;
        this.at += 1;
      }
    }

    bit(table, at) {
      const chance = table[at];
      const bound = (this.range >>> BITS) * chance;
      let found = 0;
      if (this.code < bound) {
        this.range = bound;
        table[at] = chance + ((2 * HALF - chance) >> RENEW);
      } else {
        this.range -= bound;
        this.code -= bound;
        table[at] = chance - (chance >> RENEW);
        found = 1;
      }
      this.renew();
      return found;
    }

    direct(count) {
      let found = 0;
      for (let left = count; left > 0; left -= 1) {
        this.range >>>= 1;
        const one = this.code >= this.range ? 1 : 0;
        if (one) this.code -= this.range;
        found = found * 2 + one;
        this.renew();
      }
      return found;
    }

    tree(table, from, bits) {
      let found = 1;
      for (let step = 0; step < bits; step += 1) found = (found << 1) | this.bit(table, from + found);
      return found - (1 << bits);
    }

    treeBackwards(table, from, bits) {
      let [node, found] = [1, 0];
      for (let step = 0; step < bits; step += 1) {
        const bit = this.bit(table, from + node);
        node = (node << 1) | bit;
        found |= bit << step;
      }
      return found;
    }
  }

  const lengths = () => ({ choice: chances(2), low: chances(8), middle: chances(8), high: chances(256) });
  const readLength = (ranges, table) => {
    if (!ranges.bit(table.choice, 0)) return ranges.tree(table.low, 0, 3);
    if (!ranges.bit(table.choice, 1)) return 8 + ranges.tree(table.middle, 0, 3);
    return 16 + ranges.tree(table.high, 0, 8);
  };

  const readDistance = (ranges, slots, special, align, length) => {
    const slot = ranges.tree(slots, Math.min(length, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const start = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return start + ranges.treeBackwards(special, start - slot, bits);
    return start + ranges.direct(bits - 4) * 16 + ranges.treeBackwards(align, 0, 4);
  };

  const unlzma = (buffer) => {
    const bytes = new Uint8Array(buffer);
    const out = new Uint8Array(new DataView(buffer).getUint32(0));
    const ranges = new Ranges(bytes, 4);
    const literal = chances(0x300 << LITERAL_CONTEXT);
    const [isMatch, isRepeat, isRepeat0, isRepeat1, isRepeat2, isLong] = Array.from({ length: 6 }, () => chances(STATES));
    const [slots, special, align] = [chances(4 * 64), chances(128), chances(16)];
    const [matched, repeated] = [lengths(), lengths()];
    let state = 0;
    let last = [0, 0, 0, 0];
    let at = 0;
    while (at < out.length) {
      if (!ranges.bit(isMatch, state)) {
        const from = 0x300 * ((at ? out[at - 1] : 0) >> (8 - LITERAL_CONTEXT));
        let symbol = 1;
        if (state >= 7) {
          let other = out[at - last[0] - 1];
          while (symbol < 0x100) {
            const wanted = (other >> 7) & 1;
            other <<= 1;
            const bit = ranges.bit(literal, from + ((1 + wanted) << 8) + symbol);
            symbol = (symbol << 1) | bit;
            if (wanted !== bit) break;
          }
        }
        while (symbol < 0x100) symbol = (symbol << 1) | ranges.bit(literal, from + symbol);
        out[at] = symbol;
        at += 1;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      let length;
      if (ranges.bit(isRepeat, state)) {
        if (!ranges.bit(isRepeat0, state)) {
          if (!ranges.bit(isLong, state)) {
            state = state < 7 ? 9 : 11;
            out[at] = out[at - last[0] - 1];
            at += 1;
            continue;
          }
        } else if (!ranges.bit(isRepeat1, state)) {
          last = [last[1], last[0], last[2], last[3]];
        } else if (!ranges.bit(isRepeat2, state)) {
          last = [last[2], last[0], last[1], last[3]];
        } else {
          last = [last[3], last[0], last[1], last[2]];
        }
        length = readLength(ranges, repeated);
        state = state < 7 ? 8 : 11;
      } else {
        length = readLength(ranges, matched);
        last = [readDistance(ranges, slots, special, align, length), last[0], last[1], last[2]];
        state = state < 7 ? 7 : 10;
      }
      if (last[0] >= at) throw new RangeError("the data is broken");
      for (let left = Math.min(length + 2, out.length - at); left > 0; left -= 1) {
        out[at] = out[at - last[0] - 1];
        at += 1;
      }
    }
    return out.buffer;
  };

  window.GanDan = Object.assign(window.GanDan || {}, { unlzma });
})();
