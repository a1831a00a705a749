"use strict";
// The script of the report: unfolds the data, lists and filters documents, shows reasons, keeps corrections.
// Lines come as HTML that was escaped when the report was made; everything else is put in as text.

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

class ReportedDocument {
  constructor(record, index) {
    Object.assign(this, record);
    this.index = index;
  }

  // Its lines, made from their HTML when they are first asked for.
  get body() {
    this.made ??= parse(this.html);
    return this.made;
  }

  get lines() {
    this.listed ??= [...this.body.querySelectorAll(".line")];
    return this.listed;
  }

  get place() {
    return this.line === null ? this.file : `${this.file}:${this.line}`;
  }

  get about() {
    const share = this.words ? (100 * this.lost) / this.words : 0;
    const parts = [`${share.toFixed(0)} % of ${this.words} words removed`, `confidence ${this.confidence.toFixed(2)}`];
    return [...parts, ...this.flags].join(" · ");
  }
}

function parse(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector(".cleaned-document");
}

function textOf(line) {
  const shown = line.querySelector(".text").cloneNode(true);
  shown.querySelector(".left-out")?.remove();
  return shown.textContent;
}

// --- corrections ----------------------------------------------------------------------------------------

class Corrections {
  // They are kept in the browser too, so that closing the page loses nothing.
  constructor(documents, options, key) {
    this.documents = documents;
    this.options = options;
    this.key = `news-cleaner-corrections-${key}`;
    this.marks = new Map(this.stored());
  }

  stored() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "[]");
    } catch {
      return [];
    }
  }

  store() {
    try {
      localStorage.setItem(this.key, JSON.stringify([...this.marks]));
    } catch {
      // Without storage they last as long as the page is open.
    }
  }

  of(own, line) {
    return this.marks.get(`${own.index} ${line.id}`);
  }

  mark(own, line, label) {
    const key = `${own.index} ${line.id}`;
    if (label === null || this.marks.get(key) === label) this.marks.delete(key);
    else this.marks.set(key, label);
    this.store();
  }

  clear() {
    this.marks.clear();
    this.store();
  }

  records() {
    const found = [];
    for (const own of this.documents) {
      own.lines.forEach((line, at) => {
        const label = this.of(own, line);
        if (label) found.push(this.record(own, line, at, label));
      });
    }
    return found;
  }

  record(own, line, at, label) {
    const { start, end, action, kind, score } = line.dataset;
    return {
      file: own.file,
      ...(own.line === null ? {} : { line: own.line }),
      ...(own.id === null ? {} : { id: own.id }),
      start: Number(start),
      end: Number(end),
      text: textOf(line),
      label,
      action,
      kind: kind || null,
      score: Number(score),
      before: at ? textOf(own.lines[at - 1]) : "",
      after: at + 1 < own.lines.length ? textOf(own.lines[at + 1]) : "",
      sha256: own.sha256,
      options: this.options,
    };
  }
}

// --- the page -------------------------------------------------------------------------------------------

class Page {
  constructor(data) {
    this.documents = data.documents.map((record, index) => new ReportedDocument(record, index));
    this.reasons = data.reasons;
    this.sides = data.sides;
    this.listed = this.documents;
    this.corrections = new Corrections(this.documents, data.options, this.documents.map((own) => own.sha256.slice(0, 8)).join(""));
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
    const kinds = new Set();
    for (const own of this.documents) for (const line of own.lines) if (line.dataset.kind) kinds.add(line.dataset.kind);
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
      for (const line of own.lines) {
        const is = Boolean(hasLines) && matches(line, wanted);
        line.classList.toggle("match", is);
        found ||= is;
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
        create("span", { className: "file", dir: "auto", textContent: own.place }),
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
    this.line = null;
    for (const one of this.listed) {
      if (one === own) one.button.setAttribute("aria-current", "true");
      else one.button.removeAttribute("aria-current");
    }
    for (const id of ["previous-document", "next-document", "previous-removal", "next-removal"]) element(id).disabled = !own;
    element("name").textContent = own ? own.place : "No document matches";
    element("about").textContent = own ? [own.about, own.lang, own.site].filter(Boolean).join(" · ") : "";
    if (!own) {
      element("lines").replaceChildren();
      return;
    }
    for (const line of own.lines) this.label(own, line);
    for (const fold of own.body.querySelectorAll("details")) {
      if (fold.querySelector(".match")) fold.open = true;
    }
    this.place();
    own.button.scrollIntoView({ block: "nearest" });
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
    const other = own.other ? parse(own.other) : own.body.cloneNode(true);
    for (const made of other.querySelectorAll("[id]")) made.removeAttribute("id");
    for (const button of other.querySelectorAll("button.number")) {
      button.replaceWith(create("span", { className: "number", textContent: parseInt(button.textContent, 10) }));
    }
    if (!own.other) for (const fold of other.querySelectorAll("details")) fold.open = true;
    const names = this.sides ?? ["Original", "Result"];
    lines.replaceChildren(
      create("div", {}, create("h3", { textContent: names[0] }), own.body),
      create("div", { className: own.other ? "" : "result-side" }, create("h3", { textContent: names[1] }), other),
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
    const wanted = this.hasLines ? ".match" : ".drop, .cut";
    const found = this.current.lines.filter((line) => line.matches(wanted));
    const at = this.line === null ? -1 : this.current.lines.indexOf(this.line);
    const next = by > 0
      ? found.find((line) => this.current.lines.indexOf(line) > at)
      : found.findLast((line) => at >= 0 && this.current.lines.indexOf(line) < at);
    if (next) this.focusOn(next);
    else {
      const before = this.current;
      this.step(by);
      if (this.current !== before && by > 0) this.seek(by);
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
    this.line?.classList.remove("current");
    this.line = line;
    line.classList.add("current");
  }

  // --- reasons and marks

  toggle(line) {
    const button = line.querySelector("button.number");
    if (!button) return;
    const open = line.querySelector(".panel");
    if (open) open.remove();
    else line.append(this.panel(line));
    button.setAttribute("aria-expanded", String(!open));
    this.setCurrent(line);
  }

  panel(line) {
    const rows = JSON.parse(line.dataset.reasons).map(([name, points, detail]) => {
      const [words, sentence] = this.reasons[name] ?? [name, ""];
      return create(
        "li",
        {},
        create("span", { className: "points", textContent: `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(1)}` }),
        create("span", {}, `${detail || words} `, create("code", { textContent: name, title: sentence })),
      );
    });
    const labels = { article: "This was article", noise: "This was noise" };
    const buttons = Object.entries(labels).map(([label, text]) => {
      const button = create("button", { type: "button", textContent: text });
      button.dataset.label = label;
      button.addEventListener("click", () => this.mark(line, label));
      return button;
    });
    const total = create("li", {}, create("span", { className: "points", textContent: Number(line.dataset.score).toFixed(1) }), create("span", { textContent: "points in all; what weighs most:" }));
    const panel = create("div", { className: "panel" }, create("ul", {}, total, ...rows), ...buttons);
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", "Why, and what it should be");
    this.showLabel(panel, this.corrections.of(this.current, line));
    return panel;
  }

  showLabel(panel, label) {
    for (const button of panel.querySelectorAll("button[data-label]")) {
      button.setAttribute("aria-pressed", String(button.dataset.label === label));
    }
  }

  mark(line, label) {
    this.corrections.mark(this.current, line, label);
    this.label(this.current, line);
    this.showMarks();
  }

  label(own, line) {
    const label = this.corrections.of(own, line);
    line.classList.toggle("is-article", label === "article");
    line.classList.toggle("is-noise", label === "noise");
    const panel = line.querySelector(".panel");
    if (panel) this.showLabel(panel, label);
  }

  showMarks() {
    const count = this.corrections.marks.size;
    element("marks").textContent = count === 0 ? "No corrections" : count === 1 ? "1 correction" : `${count} corrections`;
    element("export").disabled = element("discard").disabled = count === 0;
  }

  discard() {
    this.corrections.clear();
    for (const own of this.documents) for (const line of own.lines) this.label(own, line);
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
      a: () => this.line && this.mark(this.line, "article"),
      x: () => this.line && this.mark(this.line, "noise"),
      u: () => this.line && this.mark(this.line, null),
    };
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }
}

function matches(line, wanted) {
  const { kind, score } = line.dataset;
  return (
    (!wanted.kind || kind === wanted.kind) &&
    Number(score) >= wanted.least &&
    Number(score) <= wanted.most &&
    (!wanted.words || textOf(line).toLocaleLowerCase().includes(wanted.words))
  );
}

readData().then(
  (data) => new Page(data),
  (error) => {
    element("message").textContent = `The documents cannot be shown: ${error.message}. A browser of 2023 or later is needed.`;
    element("message").hidden = false;
  },
);
