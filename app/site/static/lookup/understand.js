/* The understanding of the assistant, small enough for a phone without a network.

   It does what app/understanding does, in the same order: folded words, slips of Telex and VNI, words one letter off put
   right by their neighbours, the lexicon, words and pairs of words as terms. Then it adds up what was learned about each
   term (made by app/site/lookup_learning.py) and how near each procedure's own names are. */
(() => {
  "use strict";

  const WORD = /[\p{L}\p{N}]+/gu;
  const MARKS = /[\u0300-\u036f]/g;
  const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu;
  const STRETCHED = /([aeiouyăâêôơư])\1{2,}|([^\W\d_])\2{2,}$/gu;
  const MAX_WORDS = 400;

  const fold = (text) => text.normalize("NFD").replace(MARKS, "").replace(/[đĐ]/g, "d").toLowerCase();

  /* --- Telex and VNI slips: `ddangw kys`, `d9a8ng` ---------------------------------------------------------- */

  const TELEX = [["aa", "â"], ["aw", "ă"], ["ee", "ê"], ["oo", "ô"], ["ow", "ơ"], ["uw", "ư"], ["dd", "đ"]];
  const TELEX_TONES = { s: "\u0301", f: "\u0300", r: "\u0309", x: "\u0303", j: "\u0323" };
  const VNI = [["a6", "â"], ["a8", "ă"], ["e6", "ê"], ["o6", "ô"], ["o7", "ơ"], ["u7", "ư"], ["d9", "đ"]];
  const VNI_TONES = { 1: "\u0301", 2: "\u0300", 3: "\u0309", 4: "\u0303", 5: "\u0323" };
  const VOWELS = "aăâeêioôơuưy";
  const SYLLABLE = new RegExp(
    "^(?:b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|qu|q|r|s|t|th|tr|v|x)?" +
      "(?:a|ai|ao|au|ay|e|eo|eu|i|ia|ie|ieu|iu|o|oa|oai|oao|oay|oe|oeo|oi|u|ua|uao|uau|uay|ue|ui|uo|uoi|uou|uu|uy|uya|uye|uyu|y|ye|yeu)" +
      "(?:c|ch|m|n|ng|nh|p|t)?$",
  );
  const SHAPE_AT_END = /[\dw]/;

  const applyShapes = (body, shapes) => {
    for (const [typed, letter] of shapes) {
      if (body.includes(typed)) {
        body = body.replace(typed, letter);
        continue;
      }
      const [first, mark] = typed;
      const at = body.indexOf(first);
      const end = body.lastIndexOf(mark);
      if (at >= 0 && at < end && (SHAPE_AT_END.test(mark) || mark === first) && end === body.length - 1 && end - at > 1) {
        body = body.slice(0, at) + letter + body.slice(at + 1, end);
      }
    }
    return body;
  };

  const decode = (token, shapes, tones) => {
    let tone = "";
    let body = token;
    for (let at = token.length - 1; at > 0; at -= 1) {
      if (tones[token[at]] && [...token.slice(0, at)].some((char) => VOWELS.includes(char))) {
        tone = tones[token[at]];
        body = token.slice(0, at) + token.slice(at + 1);
        break;
      }
    }
    const decoded = applyShapes(body, shapes);
    if (decoded === body && !tone) return token;
    if (!SYLLABLE.test(fold(decoded))) {
      const without = applyShapes(token, shapes);
      return without !== token && SYLLABLE.test(fold(without)) ? without : token;
    }
    if (!tone) return decoded.normalize("NFC");
    const letters = [...decoded];
    const vowels = letters.flatMap((char, at) => (VOWELS.includes(char) ? [at] : []));
    if (!vowels.length) return token;
    const shaped = vowels.filter((at) => "ăâêôơư".includes(letters[at])).pop();
    const marked = shaped ?? vowels[Math.floor(vowels.length / 2) - (vowels.length > 2 ? 1 : 0)];
    letters.splice(marked + 1, 0, tone);
    return letters.join("").normalize("NFC");
  };

  const putRight = (typed) => {
    const token = typed.replace(STRETCHED, "$1$2");
    if (token.length > 9 || fold(token) !== token || SYLLABLE.test(token)) return token;
    if (/\d/.test(token)) return /^\p{L}/u.test(token) && token.length > 2 ? decode(token, VNI, VNI_TONES) : token;
    return decode(token, TELEX, TELEX_TONES);
  };

  /* --- patterns of phrases: `|`, groups, `?` (app/understanding/phrases.py) ----------------------------------- */

  const expand = (pattern) => {
    const signs = pattern.replaceAll("\\b", "").match(/\(\?:|[()|?]|[\p{L}\p{N}_ ]/gu) || [];
    let at = 0;
    const join = (pieces) => pieces.reduce((all, piece) => all.flatMap((start) => piece.map((end) => start + end)), [""]);
    const choices = () => {
      const found = [];
      let pieces = [];
      while (at < signs.length && signs[at] !== ")") {
        const sign = signs[at];
        at += 1;
        if (sign === "|") {
          found.push(...join(pieces));
          pieces = [];
        } else if (sign === "?") {
          pieces.push([...pieces.pop(), ""]);
        } else if (sign.startsWith("(")) {
          pieces.push(choices());
          at += 1;
        } else {
          pieces.push([sign]);
        }
      }
      return [...found, ...join(pieces)];
    };
    return choices();
  };

  const END = "";
  const tree = (patterns) => {
    const root = new Map();
    for (const pattern of patterns) {
      for (const phrase of expand(pattern)) {
        let node = root;
        const words = phrase.split(" ").filter(Boolean);
        for (const word of words) {
          if (!node.has(word)) node.set(word, new Map());
          node = node.get(word);
        }
        if (words.length) node.set(END, true);
      }
    }
    return root;
  };

  /* --- the packed data (app/site/lookup_words.py writes it) -------------------------------------------------- */

  const HASH_BITS = 20;
  const hash = (text) => {
    let value = 0x811c9dc5;
    for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
    return (value ^ (value >>> HASH_BITS)) & ((1 << HASH_BITS) - 1);
  };

  /* Gaps between rising numbers: below 224 one byte, else two (or, above, the sign 255 and three). */
  const gaps = (bytes) => {
    let at = 0;
    return () => {
      const first = bytes[at];
      at += 1;
      if (first < 224) return first;
      if (first < 255) {
        at += 1;
        return (first - 224) * 256 + bytes[at - 1];
      }
      at += 3;
      return bytes[at - 3] * 65536 + bytes[at - 2] * 256 + bytes[at - 1];
    };
  };

  const SHORTEST = 2;
  const FAMILIAR = 60;
  const DOUBT = 4;
  const NAME_BONUS = 1.5;
  const UNKNOWN_SHARE = 0.6;
  const SLICE = 8; /* milliseconds */

  const oneSlip = (a, b) => {
    if (Math.abs(a.length - b.length) > 1) return false;
    let start = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
    let enda = a.length;
    let endb = b.length;
    while (enda > start && endb > start && a[enda - 1] === b[endb - 1]) {
      enda -= 1;
      endb -= 1;
    }
    const lefta = enda - start;
    const leftb = endb - start;
    if (lefta <= 1 && leftb <= 1) return true;
    return lefta === 2 && leftb === 2 && a[start] === b[start + 1] && a[start + 1] === b[start];
  };

  class Finder {
    /* `meta`: the readable part; `part(name)`: a section of bytes. */
    constructor(meta, part) {
      this.meta = meta;
      this.count = meta.procedures.length;
      this.classes = this.count + meta.leads.length;
      this.byFirst = new Map();
      for (const [phrase, meaning] of meta.replace) {
        const source = phrase.split(" ");
        const first = fold(source[0]);
        if (!this.byFirst.has(first)) this.byFirst.set(first, []);
        this.byFirst.get(first).push([source, meaning.split(" ")]);
      }
      for (const entries of this.byFirst.values()) entries.sort((a, b) => b[0].length - a[0].length);
      this.filler = new Set(meta.filler);
      this.phrases = tree(meta.phrases);
      this.readTerms(part);
      this.tokens = new Map();
      this.names = [];
      this.rarity = new Map();
      this.postings = new Map();
      this.unknownRarity = Math.log(1 + this.classes / 0.5);
    }

    readTerms(part) {
      const words = this.meta.words.split(" ");
      const seen = part("frequency");
      this.frequency = new Map(words.map((word, at) => [word, Math.expm1(seen[at] / 16)]));
      this.byDeletion = new Map();
      words.forEach((word) => {
        if (word.length < SHORTEST) return;
        for (const key of deletions(word)) {
          if (!this.byDeletion.has(key)) this.byDeletion.set(key, []);
          this.byDeletion.get(key).push(word);
        }
      });
      this.sorted = [...words].sort();
      this.near = new Map();
      this.pairs = new Map();
      const next = gaps(part("pairs"));
      const beside = part("beside");
      const keys = [...words, ...this.meta.accented.split(" ").map((word) => `~${word}`)];
      let pair = -1;
      for (let at = 0; at < beside.length; at += 1) {
        pair += next() + 1;
        this.pairs.set(pair, beside[at] / 4);
        keys.push(pair);
      }
      const counts = part("counts");
      const columns = gaps(part("columns"));
      const weights = new Int8Array(part("weights").slice().buffer);
      this.weights = weights;
      this.columns = new Uint16Array(weights.length);
      this.rows = new Map();
      const many = gaps(counts);
      let from = 0;
      for (const key of keys) {
        const count = many();
        if (!count) continue;
        let column = -1;
        for (let at = from; at < from + count; at += 1) {
          column += columns() + 1;
          this.columns[at] = column;
        }
        this.rows.set(key, [from, from + count]);
        from += count;
      }
    }

    /* What each procedure calls itself, as a vector of words and pairs of words. A quarter of a second's work, in slices:
       questions are answered meanwhile, without the names. */
    async readNames() {
      const documents = [];
      let since = performance.now();
      for (const procedure of this.meta.procedures) {
        if (performance.now() - since > SLICE) {
          await new Promise((resolve) => setTimeout(resolve));
          since = performance.now();
        }
        const names = [procedure.name, procedure.official, ...procedure.aliases].filter(Boolean).map((text) => this.words(text, false));
        this.names.push(names.map((words) => words.folded));
        const document = new Map();
        for (const words of names) addTo(document, this.terms(words), 1);
        addTo(document, this.terms(this.words(procedure.summary, false)), 0.5);
        documents.push(document);
      }
      for (const lead of this.meta.leads) {
        const document = new Map();
        addTo(document, this.terms(this.words(lead.name, false)), 1);
        documents.push(document);
      }
      const spread = new Map();
      for (const document of documents) for (const term of document.keys()) spread.set(term, (spread.get(term) || 0) + 1);
      for (const [term, count] of spread) this.rarity.set(term, Math.log(1 + this.classes / (0.5 + count)));
      documents.forEach((document, number) => {
        let square = 0;
        for (const [term, value] of document) square += value * this.rarity.get(term) ** 2;
        const length = Math.sqrt(square) || 1;
        for (const [term, value] of document) {
          if (!this.postings.has(term)) this.postings.set(term, []);
          this.postings.get(term).push(number, (Math.sqrt(value) * this.rarity.get(term)) / length);
        }
      });
    }

    /* --- a text as words ------------------------------------------------------------------------------------- */

    words(text, typed) {
      const clean = text.normalize("NFC").replace(HIDDEN, " ").toLowerCase();
      const read = (clean.match(WORD) || []).slice(0, MAX_WORDS).map((token) => this.token(token));
      let tokens = read.map(([right]) => right);
      let plain = read.map(([, folded]) => folded);
      if (typed) {
        const right = this.repair(plain, !/\s$/u.test(text));
        tokens = tokens.map((token, at) => (right[at] === plain[at] ? token : right[at]));
        plain = right;
      }
      const accented = tokens.filter((token, at) => token !== plain[at]);
      const words = [];
      const filler = [];
      for (let at = 0; at < plain.length; ) {
        const entry = (this.byFirst.get(plain[at]) || []).find(([source]) =>
          source.every((want, step) => want === plain[at + step] || want === tokens[at + step]),
        );
        if (entry) {
          words.push(...entry[1]);
          filler.push(...entry[1].map((word) => this.filler.has(word)));
          at += entry[0].length;
        } else {
          words.push(plain[at]);
          filler.push(this.filler.has(tokens[at]));
          at += 1;
        }
      }
      for (let begin = 0; begin < words.length; begin += 1) {
        let node = this.phrases.get(words[begin]);
        for (let end = begin + 1; node; end += 1) {
          if (node.has(END)) filler.fill(true, begin, end);
          node = end < words.length ? node.get(words[end]) : undefined;
        }
      }
      return { folded: words, filler, accented };
    }

    /* A token put right, and folded; the same few thousand come again and again. */
    token(typed) {
      let found = this.tokens.get(typed);
      if (!found) {
        const right = putRight(typed);
        found = [right, fold(right)];
        if (this.tokens.size > 20000) this.tokens.clear();
        this.tokens.set(typed, found);
      }
      return found;
    }

    repair(words, typing) {
      const fixed = [];
      words.forEach((word, at) => {
        const last = typing && at === words.length - 1;
        fixed.push(this.best(fixed[at - 1] || "", word, words[at + 1] || "", last));
      });
      return fixed;
    }

    best(before, word, after, last) {
      const seen = this.frequency.get(word) || 0;
      if (!/^\p{L}+$/u.test(word) || seen >= FAMILIAR) return word;
      const known = seen > 0;
      if (known && (this.beside(before, word) || this.beside(word, after))) return word;
      let near = this.nearWords(word);
      /* The word that is being typed may only have begun. */
      if (last && !known && word.length > 1 && !this.byFirst.has(word)) near = [...near, ...this.begun(word)];
      let best = null;
      let most = -1;
      for (const other of near) {
        const fits = this.fits(before, other, after);
        if (fits > most || (fits === most && other > best)) [best, most] = [other, fits];
      }
      if (best === null || (known && most < this.fits(before, word, after) + DOUBT)) return word;
      return best;
    }

    beside(first, second) {
      return (first && second && this.pairs.get(hash(`${first} ${second}`))) || 0;
    }

    fits(before, word, after) {
      return this.beside(before, word) + this.beside(word, after) + 0.2 * Math.log1p(this.frequency.get(word) || 0);
    }

    nearWords(word) {
      let found = this.near.get(word);
      if (!found) {
        const all = new Set(deletions(word).flatMap((key) => this.byDeletion.get(key) || []));
        found = [...all].filter((known) => known !== word && oneSlip(word, known));
        if (this.near.size > 5000) this.near.clear();
        this.near.set(word, found);
      }
      return found;
    }

    begun(start) {
      let low = 0;
      let high = this.sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.sorted[middle] < start) low = middle + 1;
        else high = middle;
      }
      const found = [];
      while (low < this.sorted.length && this.sorted[low].startsWith(start)) {
        found.push(this.sorted[low]);
        low += 1;
      }
      return found;
    }

    /* Weighted terms: words, pairs of words, words as they were accented. */
    terms(words) {
      const terms = new Map();
      const add = (term, value) => terms.set(term, (terms.get(term) || 0) + value);
      const filler = words.filler.every(Boolean) ? words.filler.map(() => false) : words.filler;
      words.folded.forEach((word, at) => {
        if (!filler[at]) add(word, 1);
        const before = words.folded[at - 1];
        if (before && !(filler[at] && filler[at - 1])) add(`${before} ${word}`, filler[at] || filler[at - 1] ? 0.3 : 0.9);
      });
      for (const word of words.accented) add(`~${word}`, 0.45);
      for (const [term, value] of terms) if (value > 1) terms.set(term, 1 + Math.log(value));
      return terms;
    }

    /* --- a question ------------------------------------------------------------------------------------------ */

    /* Numbers of procedures, best first, with how much speaks for each. Empty where nothing does. */
    find(text, limit = 20) {
      const words = this.words(text, true);
      if (!words.folded.length) return [];
      const terms = this.terms(words);
      const scores = new Float32Array(this.classes);
      let squares = 0.5;
      let own = 0;
      for (const [term, value] of terms) {
        if (term[0] !== "~" && !term.includes(" ")) squares += value * value;
        if (term[0] !== "~") own += (value * (this.rarity.get(term) ?? this.unknownRarity * UNKNOWN_SHARE)) ** 2;
      }
      const scale = this.meta.scale / Math.sqrt(squares);
      const near = this.meta.names_weight / (Math.sqrt(own) || 1);
      for (const [term, value] of terms) {
        const row = this.rows.get(term[0] !== "~" && term.includes(" ") ? hash(term) : term);
        if (row) for (let at = row[0]; at < row[1]; at += 1) scores[this.columns[at]] += value * scale * this.weights[at];
        const named = this.postings.get(term);
        if (named) {
          const weight = value * near * this.rarity.get(term);
          for (let at = 0; at < named.length; at += 2) scores[named[at]] += weight * named[at + 1];
        }
      }
      for (const number of this.meta.everyday) scores[number] += this.meta.everyday_weight;
      this.addNames(words, scores);
      return this.ranked(scores, limit);
    }

    /* A few words that all begin words of one name: what a hand that types a name means. */
    addNames(words, scores) {
      const asked = words.folded;
      if (asked.length > 5) return;
      this.names.forEach((names, number) => {
        if (names.some((name) => asked.every((word, at) => name.some((own) => own === word || (at === asked.length - 1 && own.startsWith(word))))))
          scores[number] += NAME_BONUS;
      });
    }

    ranked(scores, limit) {
      const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, limit + 10);
      if (scores[order[0]] < this.meta.least) return [];
      const led = order[0] >= this.count ? this.meta.leads[order[0] - this.count].members : [];
      const found = [...new Set([...led, ...order.filter((number) => number < this.count)])];
      return found.slice(0, limit).map((number) => [number, scores[number]]);
    }
  }

  const deletions = (word) => [word, ...Array.from(word, (_, at) => word.slice(0, at) + word.slice(at + 1))];

  const addTo = (document, terms, weight) => {
    for (const [term, value] of terms) {
      if (term[0] !== "~") document.set(term, Math.max(document.get(term) || 0, weight * value) + 0.1 * weight);
    }
  };

  window.GanDan = Object.assign(window.GanDan || {}, { Finder, fold, putRight });
})();
