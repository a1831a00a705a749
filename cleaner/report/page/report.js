"use strict";
// The script of the report: unfolds the data, lists and filters documents, shows reasons, keeps corrections.
// Everything that comes from documents is put in as text, never as HTML.

const element = (id) => document.getElementById(id);
const create = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

async function readData() {
  const bytes = Uint8Array.from(atob(element("data").textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

// --- one document ---------------------------------------------------------------------------------------

// States of a line: it stays, it is in doubt; from REMOVED on the number of its kind.
const DOUBTFUL = 1;
const REMOVED = 2;

class ReportedDocument {
  constructor(record, index, data) {
    Object.assign(this, record);
    this.index = index;
    this.rows = readRows(record.lines, data);
    this.otherRows = record.other && readRows(record.other, data);
    // What the keys go to: removals, or where the two sides differ.
    this.rows.forEach((row, at) => {
      const other = this.otherRows?.[at];
      row.isSought = other ? left(row) !== left(other) : row.action !== "keep";
      if (other) row.isDifferent = other.isDifferent = row.isSought;
    });
  }

  // Its lines as elements, made when they are first asked for.
  get body() {
    this.made ??= draw(this.lines.stretches, this.rows);
    return this.made;
  }

  get place() {
    return this.line === null ? this.file : `${this.file}:${this.line}`;
  }

  get name() {
    return this.id === null ? this.place : `${this.place} · ${this.id}`;
  }

  get about() {
    const share = this.words ? (100 * this.lost) / this.words : 0;
    const of = `${share.toFixed(0)} % of ${this.words} words`;
    const parts = this.other
      ? [`${of} removed on one side only`]
      : [`${of} removed`, `confidence ${this.confidence.toFixed(2)}`];
    return [...parts, ...this.flags].join(" · ");
  }
}

// The columns as one object a line; `start` and `end` are offsets in characters, as everywhere outside this script.
function readRows(columns, data) {
  const numbers = columns.stretches.flatMap(((next) => (stretch) => {
    if (Array.isArray(stretch)) next += stretch[0];
    return Array.isArray(stretch) ? [] : Array.from({ length: Math.abs(stretch) }, () => next++);
  })(1));
  let end = 0;
  return columns.texts.map((given, at) => {
    const isCut = Array.isArray(given);
    const pieces = isCut ? given : [[given, columns.states[at] >= REMOVED ? columns.states[at] - REMOVED : -1]];
    const text = pieces.map(([piece]) => piece).join("");
    const leftOut = columns.shortened[at] ?? 0;
    const start = end + columns.gaps[at];
    end = start + [...text].length + leftOut;
    const isRemoved = columns.states[at] >= REMOVED;
    const [kind, group] = isRemoved ? data.kinds[columns.states[at] - REMOVED] : [null, null];
    const reasons = [];
    for (let i = 0; i < columns.reasons[at].length; i += 2) {
      const [name, words, sentence] = data.reasons[columns.reasons[at][i]];
      reasons.push({ name, words, sentence, points: columns.reasons[at][i + 1] / 10 });
    }
    return {
      words: columns.words[at].map((word) => data.words[word]),
      // A line may be cut for several.
      kinds: new Set(pieces.flatMap(([, own]) => (own < 0 ? [] : [data.kinds[own][0]]))),
      number: numbers[at], text, pieces, leftOut, start, end, kind, group, reasons,
      score: columns.scores[at] / 10,
      action: isCut ? "cut" : isRemoved ? "drop" : "keep",
      isDoubtful: columns.states[at] === DOUBTFUL,
    };
  });
}

// What stays of a line.
function left(row) {
  return row.pieces.filter(([, kind]) => kind < 0).map(([text]) => text).join("");
}

function draw(stretches, rows) {
  const list = create("ol", { className: "lines" });
  let at = 0;
  if (!stretches.length) list.append(create("li", { className: "left-out", textContent: "There are no lines to show." }));
  for (const stretch of stretches) {
    if (Array.isArray(stretch)) {
      list.append(create("li", { className: "left-out", textContent: `… ${stretch[0]} lines are not in this report` }));
      continue;
    }
    const own = rows.slice(at, at + Math.abs(stretch)).map(drawRow);
    at += own.length;
    if (stretch > 0) list.append(...own);
    else {
      const words = [["closed", "Show"], ["opened", "Hide"]].map(([className, textContent]) => create("span", { className, textContent }));
      const summary = create("summary", {}, ...words, ` context: ${own.length} lines`);
      const folded = create("details", {}, summary, create("ol", { className: "lines" }, ...own));
      list.append(create("li", { className: "folded" }, folded));
    }
  }
  return create("div", { className: "cleaned-document" }, list);
}

function drawRow(row) {
  const names = ["line", row.action];
  if (row.isDoubtful) names.push("doubtful");
  if (row.isDifferent) names.push("differs");
  if (row.group) names.push(`group-${row.group}`);
  const said = { keep: row.isDoubtful ? " stays, in doubt" : " stays", drop: " removed", cut: " cut" }[row.action];
  const number = create("button", { type: "button", className: "number" }, String(row.number), create("span", { className: "unseen", textContent: said }));
  number.setAttribute("aria-expanded", "false");
  const pieces = row.pieces.map(([text, kind]) => (kind < 0 ? text : create("del", { textContent: text })));
  const text = create("span", { className: "text", dir: "auto" }, ...pieces);
  if (row.leftOut) text.append(create("span", { className: "left-out", textContent: ` … ${row.leftOut} more characters` }));
  const line = create("li", { className: names.join(" ") }, number, text);
  if (row.kind || row.isDoubtful) line.append(drawNote(row));
  line.row = row;
  row.element = line;
  return line;
}

function drawNote(row) {
  const note = create("span", { className: "note" });
  if (row.kind) note.append(create("span", { className: "kind", textContent: row.kind }), " ");
  note.append(create("span", { className: "points", textContent: signed(row.score) }));
  note.append(` ${row.words.join(" · ")}`);
  return note;
}

function signed(points) {
  return `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(1)}`;
}

// --- corrections ----------------------------------------------------------------------------------------

// What a line must have for there to be anything to correct.
const VISIBLE = /[^\s\p{Cf}\p{Cc}]/u;

class Corrections {
  // They are kept in the browser too, so that closing the page loses nothing.
  constructor(documents, options, key) {
    this.documents = documents;
    this.options = options;
    this.key = `news-cleaner-corrections-${key}`;
    this.marks = this.stored();
  }

  stored() {
    try {
      return new Map(JSON.parse(localStorage.getItem(this.key) ?? "[]"));
    } catch {
      return new Map();
    }
  }

  store() {
    try {
      localStorage.setItem(this.key, JSON.stringify([...this.marks]));
    } catch {
      // Without storage they last as long as the page is open.
    }
  }

  of(own, row) {
    return this.marks.get(`${own.index} ${row.number}`);
  }

  // The same label twice, or none, takes the mark away.
  mark(own, row, label) {
    if (!VISIBLE.test(row.text)) return;
    const key = `${own.index} ${row.number}`;
    if (label === null || this.marks.get(key) === label) this.marks.delete(key);
    else this.marks.set(key, label);
    this.store();
  }

  clear() {
    this.marks.clear();
    this.store();
  }

  records() {
    return this.documents.flatMap((own) =>
      own.rows.flatMap((row, at) => {
        const label = this.of(own, row);
        return label ? [this.record(own, row, at, label)] : [];
      }),
    );
  }

  record(own, row, at, label) {
    return {
      file: own.file,
      ...(own.line === null ? {} : { line: own.line }),
      ...(own.id === null ? {} : { id: own.id }),
      start: row.start,
      // Of a line that is shortened here, what is shown of it.
      end: row.end - row.leftOut,
      text: row.text,
      label,
      action: row.action,
      kind: row.kind,
      score: row.score,
      before: own.rows[at - 1]?.text ?? "",
      after: own.rows[at + 1]?.text ?? "",
      sha256: own.sha256,
      options: this.options,
    };
  }
}

// --- the page -------------------------------------------------------------------------------------------

class Page {
  constructor(data) {
    this.documents = data.documents.map((record, index) => new ReportedDocument(record, index, data));
    this.sides = data.sides;
    this.listed = this.documents;
    this.corrections = new Corrections(this.documents, data.options, data.key);
    this.view = this.sides ? "beside" : "marked";
    element("view").value = this.view;
    this.fillFilters();
    this.listen();
    element("browser").hidden = false;
    element("corrections").hidden = false;
    this.filter();
    this.showMarks();
  }

  fillFilters() {
    const kinds = new Set(this.documents.flatMap((own) => own.rows.flatMap((row) => [...row.kinds])));
    const sites = new Set(this.documents.map((own) => own.site));
    for (const kind of [...kinds].sort()) element("kind").append(new Option(kind));
    for (const site of [...sites].sort()) if (site) element("site").append(new Option(site));
  }

  listen() {
    element("filters").addEventListener("input", () => this.filter());
    element("filters").addEventListener("submit", (event) => event.preventDefault());
    element("filters").addEventListener("reset", () => setTimeout(() => this.filter()));
    element("view").addEventListener("change", () => this.setView(element("view").value));
    element("unfold").addEventListener("click", () => this.unfold(element("unfold").getAttribute("aria-pressed") !== "true"));
    element("previous-document").addEventListener("click", () => this.step(-1));
    element("next-document").addEventListener("click", () => this.step(1));
    element("previous-removal").addEventListener("click", () => this.seek(-1));
    element("next-removal").addEventListener("click", () => this.seek(1));
    element("export").addEventListener("click", () => this.exportCorrections());
    element("discard").addEventListener("click", () => this.discard());
    element("lines").addEventListener("click", (event) => {
      const line = event.target.closest(".line");
      if (line && !event.target.closest(".panel") && !getSelection().toString()) this.toggle(line);
    });
    element("lines").addEventListener("focusin", (event) => {
      if (event.target.matches(".number")) this.setCurrent(event.target.closest(".line"));
    });
    document.addEventListener("keydown", (event) => this.press(event));
  }

  // --- filters

  filter() {
    const wanted = {
      kind: element("kind").value,
      site: element("site").value,
      least: element("least").value === "" ? -Infinity : Number(element("least").value),
      most: element("most").value === "" ? Infinity : Number(element("most").value),
      words: element("words").value.trim().toLocaleLowerCase(),
    };
    const hasLines = wanted.kind || wanted.words || wanted.least > -Infinity || wanted.most < Infinity;
    this.listed = this.documents.filter((own) => {
      let found = !hasLines;
      for (const row of own.rows) {
        row.isMatch = Boolean(hasLines) && matches(row, wanted);
        found ||= row.isMatch;
      }
      return found && (!wanted.site || own.site === wanted.site);
    });
    this.hasLines = Boolean(hasLines);
    this.list();
    this.show(this.listed.includes(this.current) ? this.current : this.listed[0]);
  }

  list() {
    element("count").textContent = `${this.listed.length} of ${this.documents.length} documents`;
    const rows = this.listed.map((own) => {
      const button = create(
        "button",
        { type: "button" },
        create("span", { className: "file", dir: "auto", textContent: own.title || own.name }),
        create("span", { className: "about", dir: "auto", textContent: own.title ? own.name : "" }),
        create("span", { className: "about", textContent: own.about }),
      );
      button.addEventListener("click", () => this.show(own));
      own.button = button;
      return create("li", {}, button);
    });
    element("documents").replaceChildren(...rows);
  }

  // --- one document

  show(own) {
    this.current = own;
    this.row?.element.classList.remove("current");
    this.row = null;
    for (const one of this.listed) {
      if (one === own) one.button.setAttribute("aria-current", "true");
      else one.button.removeAttribute("aria-current");
    }
    for (const id of ["previous-document", "next-document", "previous-removal", "next-removal"]) element(id).disabled = !own;
    element("name").textContent = own ? own.title || own.name : "No document matches";
    element("about").textContent = own ? [own.title && own.name, own.about, own.lang, own.site].filter(Boolean).join(" · ") : "";
    if (!own) {
      element("lines").replaceChildren();
      return;
    }
    const { body } = own;
    for (const row of own.rows) {
      row.element.classList.toggle("match", row.isMatch);
      this.label(own, row);
    }
    for (const fold of body.querySelectorAll("details")) {
      if (fold.querySelector(".match")) fold.open = true;
    }
    this.place();
    // The list alone is moved, never the page.
    const list = element("documents").closest(".side");
    const { top, bottom } = own.button.getBoundingClientRect();
    const around = list.getBoundingClientRect();
    if (top < around.top || bottom > around.bottom) list.scrollTop += top - around.top - list.clientHeight / 2;
  }

  place() {
    const own = this.current;
    const lines = element("lines");
    lines.className = `view-${this.view}`;
    if (this.view !== "beside") {
      lines.replaceChildren(own.body);
      if (this.view === "result") this.unfold(true);
      return;
    }
    const other = own.otherRows ? draw(own.other.stretches, own.otherRows) : own.body.cloneNode(true);
    for (const button of other.querySelectorAll("button.number")) {
      button.replaceWith(create("span", { className: "number", textContent: parseInt(button.textContent, 10) }));
    }
    const names = this.sides ?? ["Original", "Result"];
    lines.replaceChildren(
      create("div", {}, create("h3", { textContent: names[0] }), own.body),
      create("div", { className: own.otherRows ? "" : "result-side" }, create("h3", { textContent: names[1] }), other),
    );
  }

  setView(view) {
    this.view = view;
    element("view").value = view;
    if (this.current) this.place();
  }

  unfold(wanted) {
    element("unfold").setAttribute("aria-pressed", String(wanted));
    for (const fold of element("lines").querySelectorAll("details")) fold.open = wanted;
  }

  step(by) {
    const at = this.listed.indexOf(this.current) + by;
    if (at >= 0 && at < this.listed.length) {
      this.show(this.listed[at]);
      element("document").focus();
    }
  }

  // The next removal, or with filters the next line that matches; at the end of a document, that of the next one.
  seek(by) {
    if (!this.current) return;
    let from = this.row?.number ?? 0;
    for (let at = this.listed.indexOf(this.current); this.listed[at]; at += by) {
      const own = this.listed[at];
      const wanted = own.rows.filter((row) => (this.hasLines ? row.isMatch : row.isSought));
      const next = by > 0 ? wanted.find((row) => row.number > from) : wanted.findLast((row) => row.number < from);
      if (next) {
        if (own !== this.current) this.show(own);
        this.focusOn(next.element);
        return;
      }
      from = by > 0 ? 0 : Infinity;
    }
  }

  focusOn(line) {
    if (this.view === "result") this.setView("marked");
    const fold = line.closest("details");
    if (fold) fold.open = true;
    line.querySelector(".number").focus({ preventScroll: true });
    line.scrollIntoView({ block: "center" });
  }

  setCurrent(line) {
    if (!line?.row) return;
    this.row?.element.classList.remove("current");
    this.row = line.row;
    line.classList.add("current");
  }

  // --- reasons and marks

  toggle(line) {
    const button = line.querySelector("button.number");
    if (!button) return;
    const open = line.querySelector(".panel");
    if (open) open.remove();
    else line.append(this.panel(line.row));
    button.setAttribute("aria-expanded", String(!open));
    this.setCurrent(line);
  }

  panel(row) {
    const rows = row.reasons.map(({ name, words, sentence, points }) =>
      create(
        "li",
        {},
        create("span", { className: "points", textContent: signed(points) }),
        create("span", {}, `${words} `, create("code", { textContent: name, title: sentence })),
      ),
    );
    const total = create(
      "li",
      {},
      create("span", { className: "points", textContent: signed(row.score) }),
      create("span", { textContent: "points in all; what weighs most:" }),
    );
    const labels = { article: "This was article", noise: "This was noise" };
    const buttons = Object.entries(VISIBLE.test(row.text) ? labels : {}).map(([label, text]) => {
      const button = create("button", { type: "button", textContent: text });
      button.dataset.label = label;
      button.addEventListener("click", () => this.mark(row, label));
      return button;
    });
    const panel = create("div", { className: "panel" }, create("ul", {}, total, ...rows), ...buttons);
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", `Line ${row.number}: why, and what it should be`);
    this.showLabel(panel, this.corrections.of(this.current, row));
    return panel;
  }

  showLabel(panel, label) {
    for (const button of panel.querySelectorAll("button[data-label]")) {
      button.setAttribute("aria-pressed", String(button.dataset.label === label));
    }
  }

  mark(row, label) {
    this.corrections.mark(this.current, row, label);
    this.label(this.current, row);
    this.showMarks();
  }

  label(own, row) {
    const label = this.corrections.of(own, row);
    row.element.classList.toggle("is-article", label === "article");
    row.element.classList.toggle("is-noise", label === "noise");
    const panel = row.element.querySelector(".panel");
    if (panel) this.showLabel(panel, label);
  }

  showMarks() {
    const count = this.corrections.marks.size;
    element("marks").textContent = count === 0 ? "No corrections" : count === 1 ? "1 correction" : `${count} corrections`;
    element("export").disabled = element("discard").disabled = count === 0;
  }

  discard() {
    if (!confirm("Discard all corrections? They cannot be brought back.")) return;
    this.corrections.clear();
    if (this.current) for (const row of this.current.rows) this.label(this.current, row);
    this.showMarks();
  }

  exportCorrections() {
    const text = this.corrections.records().map((record) => `${JSON.stringify(record)}\n`).join("");
    const link = create("a", { href: URL.createObjectURL(new Blob([text], { type: "application/jsonl" })), download: "corrections.jsonl" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  // --- keys

  press(event) {
    if (!element("shortcuts").checked || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("select, textarea, input:not([type=checkbox])")) return;
    const keys = {
      j: () => this.seek(1),
      k: () => this.seek(-1),
      n: () => this.step(1),
      p: () => this.step(-1),
      o: () => this.setView(this.view === "result" ? "marked" : "result"),
      a: () => this.row && this.mark(this.row, "article"),
      x: () => this.row && this.mark(this.row, "noise"),
      u: () => this.row && this.mark(this.row, null),
    };
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }
}

function matches(row, wanted) {
  return (
    (!wanted.kind || row.kinds.has(wanted.kind)) &&
    row.score >= wanted.least &&
    row.score <= wanted.most &&
    (!wanted.words || row.text.toLocaleLowerCase().includes(wanted.words))
  );
}

readData().then(
  (data) => new Page(data),
  (error) => {
    element("message").textContent = `The documents cannot be shown: ${error.message}. A browser of 2023 or later is needed.`;
    element("message").hidden = false;
  },
);
