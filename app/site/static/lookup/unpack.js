/* Reads the lookup's data: one container of sections, texts as numbered syllables (app/site/lookup_packing.py). */
(() => {
  "use strict";

  const ONE_BYTE = 200;
  const LONG = 12;
  const utf8 = new TextDecoder();

  /* The head, and a function that gives a section's bytes. */
  const open = (buffer) => {
    const length = new DataView(buffer).getUint32(0);
    const meta = JSON.parse(utf8.decode(new Uint8Array(buffer, 4, length)));
    const places = new Map();
    let at = 4 + length;
    for (const [name, size] of Object.entries(meta.sections)) {
      places.set(name, [at, size]);
      at += size;
    }
    const part = (name) => new Uint8Array(buffer, ...places.get(name));
    return { meta, part };
  };

  /* Letters are counted as Python counts them: an emoji is one. */
  const isLong = (text) => text.length >= LONG && (text.length >= 2 * LONG || [...text].length >= LONG);

  /* Lists of texts. They must be read in the order in which they were written: one repeats what an earlier one said. */
  class Texts {
    constructor(part) {
      this.part = part;
      this.syllables = utf8.decode(part("syllables")).split("\n");
      this.said = [];
    }

    read(name) {
      const stream = this.part(name);
      const pieces = [];
      for (let at = 0; at < stream.length; at += 1) {
        const first = stream[at];
        if (first < ONE_BYTE) {
          pieces.push(this.syllables[first]);
        } else {
          at += 1;
          pieces.push(this.syllables[ONE_BYTE + (first - ONE_BYTE) * 256 + stream[at]]);
        }
      }
      return this.told(JSON.parse(pieces.join("")));
    }

    told(value) {
      if (Array.isArray(value)) {
        for (let at = 0; at < value.length; at += 1) value[at] = this.told(value[at]);
      } else if (typeof value === "number") {
        return this.said[value];
      } else if (typeof value === "string" && isLong(value)) {
        this.said.push(value);
      }
      return value;
    }
  }

  const listed = ([code, name, official, aliases, summary, field, level], number) => ({
    number,
    code,
    name,
    official,
    aliases: aliases || [],
    summary,
    field: Number(field || -1),
    level: Number(level),
  });

  const paper = ([name, count, onlyIf, replacedBy, note]) => ({ name, count, onlyIf, replacedBy, note });
  const fee = ([amount, channel, note, basis]) => ({ amount, channel, note, basis });
  const known = (value, each) => (value === "?" ? null : value.map(each));

  const sheet = (row) => ({
    where: row[0],
    who: row[1],
    level: row[2],
    basis: row[3],
    channels: row[4],
    agency: row[5],
    conditions: known(row[6], (text) => text),
    cases: row[7].map(([id, name, when, time, fees, papers]) => ({ id, name, when, time, fees: known(fees, fee), papers: known(papers, paper) })),
    question: row[8],
    steps: known(row[9], (text) => text),
    result: row[10],
    notes: row[11],
    laws: known(row[12], (text) => text),
    sources: row[13],
    checked: row[14],
    files: row[15] === true,
    lookalikes: (row[16] || []).map(([code, difference]) => ({ code, difference })),
  });

  /* A portal id as text, or null where it is not known. */
  const portalId = (bytes, number) => {
    const own = bytes.subarray(number * 16, number * 16 + 16);
    if (own.every((byte) => byte === 0)) return null;
    const hex = Array.from(own, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  window.GanDan = Object.assign(window.GanDan || {}, { open, Texts, listed, sheet, portalId });
})();
