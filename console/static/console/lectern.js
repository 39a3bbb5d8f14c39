/* Lectern's behaviour: delegated listeners only, so that swapped-in parts need no set-up.
   Loaded without `defer`: the classes on <html> are there before the first paint. */
"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);

  // --- Remembered switches -----------------------------------------------------------------

  // A browser may refuse its storage: then nothing is remembered, and all else works.
  const store = {
    get(name) {
      try { return localStorage.getItem(`lectern.${name}`); } catch { return null; }
    },
    set(name, value) {
      try { localStorage.setItem(`lectern.${name}`, value); } catch { /* as above */ }
    },
  };
  const shortcutsOn = () => store.get("shortcuts") !== "off";

  function applySwitches() {
    root.classList.add("js");
    root.classList.toggle("shortcuts-off", !shortcutsOn());
    root.classList.toggle("sidebar-folded", store.get("sidebar") === "folded");
    document.body?.classList.toggle("compact", store.get("density") === "compact");
    const fold = document.querySelector("[data-sidebar-fold]");
    fold?.setAttribute("aria-expanded", String(!root.classList.contains("sidebar-folded")));
    for (const box of document.querySelectorAll("[data-shortcuts-switch]")) box.checked = shortcutsOn();
    for (const box of document.querySelectorAll("[data-density-switch]")) box.checked = store.get("density") === "compact";
  }

  function onSwitch(event) {
    const box = event.target;
    if (box.matches("[data-shortcuts-switch]")) store.set("shortcuts", box.checked ? "on" : "off");
    else if (box.matches("[data-density-switch]")) store.set("density", box.checked ? "compact" : "cosy");
    else return;
    applySwitches();
  }

  // --- Columns of a list -------------------------------------------------------------------

  const hiddenColumns = (list) => new Set((store.get(`columns.${list}`) ?? "").split(" ").filter(Boolean));

  // The table is swapped whole, so what a person has put away is put away again after each swap.
  function applyColumns() {
    for (const menu of document.querySelectorAll("[data-columns]")) {
      const hidden = hiddenColumns(menu.dataset.columns);
      for (const box of menu.querySelectorAll("[data-column]")) box.checked = !hidden.has(box.dataset.column);
      for (const cell of menu.closest(".table-region").querySelectorAll("[data-col]")) cell.hidden = hidden.has(cell.dataset.col);
    }
  }

  function onColumn(event) {
    const box = event.target;
    const list = box.dataset?.column && box.closest("[data-columns]")?.dataset.columns;
    if (!list) return;
    const hidden = hiddenColumns(list);
    if (box.checked) hidden.delete(box.dataset.column);
    else hidden.add(box.dataset.column);
    store.set(`columns.${list}`, [...hidden].join(" "));
    applyColumns();
  }

  // On a narrow screen the filters but the first are folded away, so that the list itself is in sight.
  function foldFilters(button) {
    const open = button.closest("form").classList.toggle("filters-open");
    button.setAttribute("aria-expanded", String(open));
  }

  // --- Toasts and announcements ------------------------------------------------------------

  function announce(text) {
    const live = byId("live");
    if (live) live.textContent = text;
  }

  // Everything outside an open dialog lies behind its backdrop and is dead to screen readers.
  function toastHost() {
    const page = byId("toasts");
    const dialog = openDialog();
    if (!dialog || !page) return page;
    const inside = dialog.querySelector(":scope > .toasts") ?? page.cloneNode();
    inside.removeAttribute("id");
    dialog.append(inside);
    return inside;
  }

  function toast({ text, tone = "info" }) {
    const host = toastHost();
    const template = byId("toast-template");
    if (!host || !template || !text) return;
    const element = template.content.firstElementChild.cloneNode(true);
    element.classList.add(`toast--${tone}`);
    host.append(element);
    // A live region must be in the page before its text, or it is not read out.
    requestAnimationFrame(() => { element.querySelector(".toast-text").textContent = text; });
    // Bad news stays until it is dismissed.
    if (tone !== "danger") setTimeout(() => element.remove(), 8000);
  }

  // --- Dialogs -----------------------------------------------------------------------------

  // What a dialog was opened from: the element, its id, and in `heir` the id of what shows the effect.
  let opener = null;
  const openDialog = () => document.querySelector("#dialog-host dialog[open]");

  function showDialog(dialog) {
    const from = opener;
    dialog.showModal();
    applySwitches();
    updateCounters(dialog);
    dialog.addEventListener("close", () => {
      byId("toasts")?.append(...dialog.querySelectorAll(":scope > .toasts > .toast"));
      dialog.remove();
      returnFocus(from);
    }, { once: true });
  }

  // The opener may have been swapped away while the dialog was open: find its successor by id, or its
  // heir. A dialog tells late that it was closed: the next one may have been asked for by then.
  function returnFocus(from) {
    if (!from) return;
    const target = from.element.isConnected ? from.element : byId(from.id) ?? byId(from.heir) ?? byId("content-start");
    target?.focus();
    if (opener === from) opener = null;
  }

  function rememberOpener(element) {
    if (openDialog() || !element) return;
    opener = { element, id: element.id, heir: element.dataset.heir };
  }

  function openHelp() {
    const template = byId("help-template");
    const host = byId("dialog-host");
    if (!template || !host || openDialog()) return;
    rememberOpener(document.activeElement);
    host.replaceChildren(template.content.cloneNode(true));
    showDialog(host.querySelector("dialog"));
  }

  // --- htmx --------------------------------------------------------------------------------

  function configRequest(event) {
    const { verb, headers, elt } = event.detail;
    if (verb !== "get") {
      const form = elt.closest("form");
      const token = form?.querySelector("[name=csrfmiddlewaretoken]")?.value
        ?? document.querySelector("meta[name=csrf-token]")?.content;
      if (token) headers["X-CSRFToken"] = token;
      return;
    }
    dropEmpty(event.detail);
  }

  // Addresses stay clean: an empty filter is no filter.
  function dropEmpty(detail) {
    const empty = [...detail.formData.entries()].filter(([, value]) => value === "").map(([name]) => name);
    for (const name of new Set(empty)) {
      const values = detail.formData.getAll(name).filter((value) => value !== "");
      detail.formData.delete(name);
      for (const value of values) detail.formData.append(name, value);
    }
  }

  function afterSwap(event) {
    const target = event.detail.target;
    applySwitches();
    applyColumns();
    if (target?.id === "dialog-host") {
      const dialog = target.querySelector("dialog");
      if (dialog && !dialog.open) showDialog(dialog);
      else if (!dialog) returnFocus(opener);
    }
  }

  function afterSettle(event) {
    const region = event.detail.elt;
    const words = region.matches?.("[data-announce]") ? region : region.querySelector?.("[data-announce]");
    if (words) announce(words.textContent.trim().replace(/\s+/g, " "));
    keepFocus(region);
    syncForms();
    updateCounters(document);
  }

  // htmx finds what had the focus again by its id, as sort links do. What is gone, such as a chip or the
  // link to the next page, leaves the focus to the list that it has changed.
  function keepFocus(region) {
    if (region.id === "table" && document.activeElement === document.body) region.focus({ preventScroll: true });
  }

  // After a chip, a sort link or Back the address is the truth; what is being typed is left alone.
  function syncForms() {
    const query = new URLSearchParams(location.search);
    for (const form of document.querySelectorAll("form[data-sync-form]")) {
      for (const field of form.elements) if (field.name && field !== document.activeElement) syncField(field, query);
    }
  }

  function syncField(field, query) {
    if (field.name === "csrfmiddlewaretoken" || field.type === "submit") return;
    const values = query.getAll(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = values.includes(option.value);
    else field.value = values[0] ?? "";
  }

  function requestFailed(event) {
    const status = event.detail.xhr?.status ?? 0;
    const id = event.detail.xhr?.getResponseHeader?.("X-Request-ID");
    const words = status === 403 ? "You may not do this." : status === 404 ? "This is no longer there."
      : status === 429 ? "Too many requests. Wait a moment." : "The server could not answer. Nothing on this page was changed.";
    toast({ text: id ? `${words} Request ${id}` : words, tone: "danger" });
  }

  // --- Forms -------------------------------------------------------------------------------

  // A second click must not send a second time. The button is disabled after the event, or its
  // own name and value would be missing from what is sent.
  function guardSubmit(event) {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => setSubmitDisabled(form, true));
  }

  function releaseForm(form) {
    delete form.dataset.sent;
    setSubmitDisabled(form, false);
  }

  function setSubmitDisabled(form, disabled) {
    for (const button of form.querySelectorAll("button:not([type=button]), input[type=submit]")) button.disabled = disabled;
  }

  function updateCounters(scope) {
    for (const counter of scope.querySelectorAll("[data-counter-for]")) {
      const field = byId(counter.dataset.counterFor);
      if (field) showCount(counter, field);
    }
  }

  // Characters as people and the server count them, not UTF-16 units.
  function showCount(counter, field) {
    const limit = Number(counter.dataset.counterMax || field.maxLength);
    const length = [...field.value].length;
    counter.textContent = limit > 0 ? `${length} / ${limit}` : String(length);
    counter.classList.toggle("counter--over", limit > 0 && length > limit);
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      toast({ text: "The browser did not allow copying.", tone: "warning" });
      return;
    }
    button.classList.add("copy--done");
    announce("Copied");
    setTimeout(() => button.classList.remove("copy--done"), 1500);
  }

  // The box in a list's head ticks those of its page.
  function tickAll(event) {
    const form = event.target.dataset?.selectAll;
    if (!form) return;
    const boxes = [...(byId(form)?.elements ?? [])].filter((box) => box.type === "checkbox");
    for (const box of boxes) box.checked = event.target.checked;
    announce(event.target.checked ? `${boxes.length} selected` : "None selected");
  }

  // --- Drawer and sidebar ------------------------------------------------------------------

  function setDrawer(open) {
    root.classList.toggle("drawer-open", open);
    const button = document.querySelector("[data-drawer-open]");
    button?.setAttribute("aria-expanded", String(open));
    if (open) document.querySelector(".sidebar .nav-link")?.focus();
    else button?.focus();
  }

  function toggleSidebar() {
    store.set("sidebar", root.classList.contains("sidebar-folded") ? "open" : "folded");
    applySwitches();
  }

  // --- Mouse -------------------------------------------------------------------------------

  const clicks = [
    ["[data-copy]", copy],
    ["[data-close-dialog]", (element, event) => { event.preventDefault(); element.closest("dialog")?.close(); }, "dialog"],
    ["[data-toast-close]", (element) => element.closest(".toast").remove()],
    ["[data-help-open]", openHelp],
    ["[data-filters-fold]", foldFilters],
    ["[data-sidebar-fold]", toggleSidebar],
    ["[data-drawer-open]", () => setDrawer(true)],
    ["[data-drawer-close]", () => setDrawer(false)],
  ];

  function onClick(event) {
    for (const [selector, act, within] of clicks) {
      const element = event.target.closest(selector);
      // The same link may stand on a page without a dialog: there it is an ordinary link.
      if (element && (!within || element.closest(within))) { act(element, event); return; }
    }
    // The backdrop belongs to the dialog element itself; its content lies in children.
    if (event.target.matches("#dialog-host > dialog")) event.target.close();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  }

  // --- Keyboard ----------------------------------------------------------------------------

  let chordUntil = 0;
  const typing = (element) => element.isContentEditable || element.matches("input, textarea, select");

  function onKey(event) {
    if (event.key === "Escape") { onEscape(); return; }
    if (!shortcutsOn() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (pressed(event.key)) event.preventDefault();
  }

  function onEscape() {
    if (root.classList.contains("drawer-open")) setDrawer(false);
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }

  // Navigation only. Nothing here may ever start a change.
  function pressed(key) {
    if (chordUntil > Date.now()) { chordUntil = 0; return goTo(key); }
    if (key === "g") { chordUntil = Date.now() + 1500; return true; }
    if (key === "/") return focusSearch();
    if (key === "?") { openHelp(); return true; }
    if (key === "ArrowDown") return moveRow(1);
    if (key === "ArrowUp") return moveRow(-1);
    return false;
  }

  function goTo(letter) {
    const link = document.querySelector(`a[data-shortcut="${CSS.escape(letter.toLowerCase())}"]`);
    link?.click();
    return Boolean(link);
  }

  function focusSearch() {
    const field = document.querySelector("[data-search]:not([data-search=site])") ?? document.querySelector("[data-search]");
    field?.focus();
    field?.select?.();
    return Boolean(field);
  }

  function moveRow(step) {
    const links = [...document.querySelectorAll(".table tbody tr")].map((row) => row.querySelector("a[href]")).filter(Boolean);
    if (!links.length) return false;
    const row = document.activeElement.closest(".table tbody tr");
    const at = row ? links.findIndex((link) => row.contains(link)) : -1;
    const next = row ? at + step : step > 0 ? 0 : -1;
    // From outside a list, arrows scroll the page unless they lead into the list.
    if (next < 0 || next >= links.length) return Boolean(row);
    links[next].focus();
    return true;
  }

  // Tabs scroll on a phone: the one that is shown is brought into sight.
  function showCurrentTab() {
    for (const tab of document.querySelectorAll('.tabs [aria-current="page"]')) {
      const tabs = tab.closest(".tabs");
      const before = tab.getBoundingClientRect().left - tabs.getBoundingClientRect().left;
      tabs.scrollLeft += before - (tabs.clientWidth - tab.offsetWidth) / 2;
    }
  }

  // --- Listeners ---------------------------------------------------------------------------

  applySwitches();
  document.addEventListener("DOMContentLoaded", () => { applySwitches(); applyColumns(); showCurrentTab(); updateCounters(document); });
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", onSwitch);
  document.addEventListener("change", onColumn);
  document.addEventListener("change", tickAll);
  document.addEventListener("submit", guardSubmit, true);
  document.addEventListener("input", (event) => {
    if (event.target.id) updateCounters(event.target.closest("form") ?? document);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once][data-sent]")) releaseForm(form);
  });

  document.addEventListener("htmx:configRequest", configRequest);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "dialog-host") rememberOpener(event.detail.elt);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // A success leads elsewhere; only a refusal or failure may be tried again.
    const form = event.detail.elt.closest?.("form[data-once]");
    if (form && !(event.detail.xhr?.status < 400)) releaseForm(form);
  });
  document.addEventListener("htmx:afterSwap", afterSwap);
  document.addEventListener("htmx:afterSettle", afterSettle);
  document.addEventListener("htmx:historyRestore", syncForms);
  document.addEventListener("htmx:responseError", requestFailed);
  document.addEventListener("htmx:sendError", () => toast({ text: "No connection to the server. Check the network and try again.", tone: "danger" }));
  document.addEventListener("htmx:timeout", () => toast({ text: "The server took too long to answer. Try again.", tone: "danger" }));
  document.addEventListener("lectern:close-dialog", () => openDialog()?.close());
  document.addEventListener("lectern:toast", (event) => toast(event.detail));
  // The server says so when work in the background has changed what the list shows.
  document.addEventListener("lectern:refresh-table", () => {
    const address = location.pathname + location.search;
    if (byId("table")) htmx.ajax("GET", address, { target: "#table", swap: "outerHTML show:none" });
  });
})();
