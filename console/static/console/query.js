/* Completion for DjangoQL in every <textarea data-query>.

   Fields, operators and listed words come from data-introspect-url. Listeners sit on the document,
   so a box that arrives later works at once. Everything shown is set as text, never as markup. */
"use strict";

(() => {
  const WORD = /"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|!=|!~|>=|<=|[=~<>(),]|[^\s"'=~<>!(),]+/g;
  const OPERATORS = new Set(["=", "!=", ">", ">=", "<", "<=", "~", "!~", "in", "startswith", "endswith"]);
  const EQUALITY = ["=", "!="];
  const ORDER = [">", ">=", "<", "<="];
  const BY_TYPE = {
    str: [...EQUALITY, "~", "!~", "in", "not in", "startswith", "not startswith", "endswith"],
    int: [...EQUALITY, ...ORDER, "in", "not in"],
    float: [...EQUALITY, ...ORDER, "in", "not in"],
    datetime: [...ORDER, ...EQUALITY, "~", "!~"],
    bool: EQUALITY,
    relation: EQUALITY,
  };
  const HINTS = {
    "=": "equal", "!=": "not equal", "~": "holds", "!~": "does not hold", ">": "more, later",
    "<": "less, earlier", ">=": "at least", "<=": "at most", in: "one of", "not in": "none of",
    startswith: "begins with", "not startswith": "does not begin with", endswith: "ends with",
    int: "number", float: "number", str: "text", datetime: "date", bool: "True or False", relation: "record",
  };
  const DATES = ["today", "yesterday", "-1h", "-24h", "-7d", "-30d", "-52w"];
  // As many as fit without scrolling; who types on sees fewer and better ones.
  const MOST = 16;
  const MOST_SAVED = 6;

  const schemas = new Map(); // address -> promise of what it answered
  const words = new Map(); // address of a suggestion -> promise of its items
  const states = new WeakMap(); // textarea -> { options, active, start, end }
  let run = 0; // counts the completions asked for: an answer that comes late is dropped

  function fetchJson(store, address) {
    if (!store.has(address)) {
      const answer = fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then((response) => (response.ok ? response.json() : null))
        .catch(() => null);
      store.set(address, answer);
      answer.then((data) => data || store.delete(address));
    }
    return store.get(address);
  }

  // --- What can stand at the caret ---------------------------------------------------------------

  function wordsBefore(text) {
    return [...text.matchAll(WORD)].map((match) => ({ text: match[0], start: match.index, end: match.index + match[0].length }));
  }

  function isClosed(word) {
    return /^("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')$/.test(word);
  }

  /* Reads the words in order and says what comes next: field, operator, value, list, item or joint. */
  function stateAfter(list) {
    let kind = "field", field = "", operator = "";
    for (const { text } of list) {
      if (kind === "field" && text !== "(") [kind, field] = ["operator", text];
      else if (kind === "operator" && text === "not") continue;
      else if (kind === "operator") [kind, operator] = [text === "in" ? "list" : "value", text];
      else if (kind === "list" && text === "(") kind = "item";
      else if (kind === "value") kind = "joint";
      else if (kind === "item" && text === ")") kind = "joint";
      else if (kind === "joint" && (text === "and" || text === "or")) kind = "field";
    }
    return { kind, field, operator };
  }

  function contextAt(area) {
    const text = area.value.slice(0, area.selectionStart);
    const list = wordsBefore(text);
    const last = list[list.length - 1];
    const typing = last && last.end === text.length && last.text !== "(" && last.text !== ")" && last.text !== "," && !isClosed(last.text)
      && !(OPERATORS.has(last.text) && !/[a-z]/.test(last.text));
    if (typing) list.pop();
    const typed = typing ? last.text : "";
    const isAlone = area.value.trim() === typed;
    return { ...stateAfter(list), typed, isAlone, start: typing ? last.start : text.length };
  }

  function fieldsAt(schema, path) {
    let model = schema.models[schema.current_model];
    for (const part of path) {
      const field = model && model[part];
      model = field && field.relation ? schema.models[field.relation] : null;
    }
    return model;
  }

  function find(schema, dotted) {
    const path = dotted.split(".");
    const name = path.pop();
    let label = schema.current_model;
    for (const part of path) label = schema.models[label]?.[part]?.relation;
    const field = label && schema.models[label]?.[name];
    return field ? { ...field, address: `${label}.${name}` } : null;
  }

  function fieldOptions(schema, typed) {
    const path = typed.split(".");
    const begun = path.pop().toLowerCase();
    const fields = fieldsAt(schema, path);
    const prefix = path.length ? `${path.join(".")}.` : "";
    return Object.entries(fields || {})
      .filter(([name]) => name.toLowerCase().includes(begun))
      .sort(([a], [b]) => b.toLowerCase().startsWith(begun) - a.toLowerCase().startsWith(begun) || a.localeCompare(b))
      .map(([name, field]) => ({
        label: prefix + name,
        hint: HINTS[field.type] || "",
        text: prefix + name + (field.type === "relation" ? "." : " "),
      }));
  }

  function operatorOptions(field, typed) {
    const list = BY_TYPE[field?.type] || [];
    return list.filter((name) => name.startsWith(typed)).map((name) => ({ label: name, hint: HINTS[name] || "", text: `${name} ` }));
  }

  async function wordsOf(schema, field) {
    if (field.type === "bool") return ["True", "False"];
    if (field.type === "relation") return ["None"];
    const quoted = field.type === "datetime" ? DATES : await listedWords(schema, field);
    return [...quoted.map((word) => JSON.stringify(word)), ...(field.nullable ? ["None"] : [])];
  }

  async function listedWords(schema, field) {
    if (!field.options) return [];
    const data = await fetchJson(words, `${schema.suggestions_api_url}?field=${encodeURIComponent(field.address)}`);
    return data ? data.items : [];
  }

  async function valueOptions(schema, context) {
    const field = find(schema, context.field);
    if (!field) return [];
    if (context.kind === "list") return [{ label: "(", hint: "a list in brackets", text: "(" }];
    const begun = context.typed.replace(/^["']/, "").toLowerCase();
    const list = (await wordsOf(schema, field)).filter((word) => word.toLowerCase().includes(begun));
    return list.map((word) => ({ label: word, hint: "", text: context.kind === "item" ? word : `${word} ` }));
  }

  /* Saved queries stand for the whole text: they are offered as long as nothing else is written. */
  function savedOptions(schema, context) {
    if (!context.isAlone) return [];
    const begun = context.typed.toLowerCase();
    const found = (schema.saved || []).filter(({ title }) => title.toLowerCase().includes(begun));
    return found.slice(0, MOST_SAVED).map(({ title, text }) => ({ label: title, hint: "saved query", text, isWhole: true }));
  }

  function firstOptions(schema, context) {
    const saved = savedOptions(schema, context);
    const fields = fieldOptions(schema, context.typed).slice(0, MOST - saved.length);
    return context.typed ? [...fields, ...saved] : [...saved, ...fields];
  }

  async function optionsFor(schema, context) {
    if (context.kind === "field") return firstOptions(schema, context);
    if (context.kind === "operator") return operatorOptions(find(schema, context.field), context.typed);
    if (context.kind === "joint") {
      const joints = ["and", "or"].filter((word) => word.startsWith(context.typed));
      return joints.map((word) => ({ label: word, hint: "another condition", text: `${word} ` }));
    }
    return valueOptions(schema, context);
  }

  // --- The list ----------------------------------------------------------------------------------

  const listOf = (area) => document.getElementById(`${area.id}-options`);
  const isPlain = (area) => area.form?.elements["q-l"]?.value === "off";

  function say(area, text) {
    const status = document.getElementById(`${area.id}-status`);
    if (status) status.textContent = text;
  }

  function close(area) {
    run += 1;
    states.delete(area);
    area.removeAttribute("aria-activedescendant");
    const list = listOf(area);
    if (list) list.hidden = true;
  }

  function row(area, option, number) {
    const item = document.createElement("li");
    item.id = `${area.id}-option-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.append(option.label);
    if (option.hint) {
      const hint = document.createElement("span");
      hint.className = "query-hint";
      hint.textContent = option.hint;
      item.append(hint);
    }
    return item;
  }

  function show(area, context, options) {
    const list = listOf(area);
    list.replaceChildren(...options.map((option, number) => row(area, option, number)));
    list.hidden = false;
    states.set(area, { options, active: -1, start: context.start, end: area.selectionStart });
    say(area, `${options.length} completion${options.length === 1 ? "" : "s"}`);
    // Something was begun: the best match is ready for Enter. Otherwise Enter still sends the form.
    if (context.typed) activate(area, 0);
  }

  function activate(area, number) {
    const state = states.get(area);
    const items = [...listOf(area).children];
    state.active = (number + items.length) % items.length;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === state.active)));
    area.setAttribute("aria-activedescendant", items[state.active].id);
  }

  function take(area, number) {
    const { options, start, end } = states.get(area);
    const { text, isWhole } = options[number];
    if (isWhole) area.setRangeText(text, 0, area.value.length, "end");
    else area.setRangeText(text, start, end, "end");
    close(area);
    if (!isWhole) complete(area);
  }

  async function complete(area) {
    run += 1;
    const mine = run;
    if (isPlain(area)) return;
    const schema = await fetchJson(schemas, area.dataset.introspectUrl);
    if (!schema || mine !== run) return;
    const context = contextAt(area);
    const options = (await optionsFor(schema, context)).slice(0, MOST);
    if (mine !== run || document.activeElement !== area) return;
    const isDone = options.length === 1 && options[0].text.trim() === context.typed;
    if (options.length && !isDone) show(area, context, options);
    else close(area);
  }

  // A list shows the error beside its table, which is swapped while the box stays.
  function markError(area) {
    const error = document.getElementById(`${area.id}-error`);
    if (error) {
      area.setAttribute("aria-invalid", "true");
      area.setAttribute("aria-describedby", error.id);
    } else {
      area.removeAttribute("aria-invalid");
      area.removeAttribute("aria-describedby");
    }
  }

  const markErrors = () => document.querySelectorAll("textarea[data-query]").forEach(markError);

  // --- Listeners ---------------------------------------------------------------------------------

  const areaOf = (event) => (event.target instanceof Element ? event.target.closest("textarea[data-query]") : null);

  function prepare(area) {
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-haspopup", "listbox");
    area.setAttribute("aria-controls", `${area.id}-options`);
  }

  function send(area) {
    close(area);
    area.form?.requestSubmit();
  }

  function onOpenKey(event, area, state) {
    const keys = {
      ArrowDown: () => activate(area, state.active + 1),
      ArrowUp: () => activate(area, state.active < 0 ? state.options.length - 1 : state.active - 1),
      Escape: () => close(area),
      Enter: () => (state.active < 0 ? send(area) : take(area, state.active)),
      Tab: () => (state.active < 0 ? null : take(area, state.active)),
    };
    if (!keys[event.key] || (event.key === "Tab" && (state.active < 0 || event.shiftKey)) || (event.key === "Enter" && event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }

  document.addEventListener("keydown", (event) => {
    const area = areaOf(event);
    if (!area || event.isComposing) return;
    const state = states.get(area);
    if (state) onOpenKey(event, area, state);
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send(area);
    } else if ((event.key === " " && event.ctrlKey) || (event.key === "ArrowDown" && !area.value.includes("\n"))) {
      event.preventDefault();
      complete(area);
    }
  });

  document.addEventListener("input", (event) => {
    const area = areaOf(event);
    if (area) complete(area);
  });

  // A query is sent by Enter or a button, never half written because the box was left.
  document.addEventListener("change", (event) => {
    if (areaOf(event)) event.stopPropagation();
  }, true);

  document.addEventListener("lectern:queries-changed", () => schemas.clear());

  document.addEventListener("DOMContentLoaded", markErrors);
  document.addEventListener("htmx:afterSettle", markErrors);

  document.addEventListener("focusin", (event) => {
    const area = areaOf(event);
    if (area) prepare(area);
  });

  document.addEventListener("focusout", (event) => {
    const area = areaOf(event);
    if (area) close(area);
  });

  // A pointer on the list must not take the focus away before the click counts.
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Element && event.target.closest(".query-options")) event.preventDefault();
  });

  document.addEventListener("mousedown", (event) => {
    if (event.target instanceof Element && event.target.closest(".query-options")) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const item = event.target instanceof Element ? event.target.closest(".query-options > li") : null;
    const area = item && item.closest(".query-field").querySelector("textarea[data-query]");
    if (area && states.has(area)) take(area, [...item.parentElement.children].indexOf(item));
    const field = areaOf(event);
    if (field && !states.has(field)) complete(field);
  });
})();
