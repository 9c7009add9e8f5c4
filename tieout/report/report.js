"use strict";
// Draws the bridge from the data embedded in the page. Amounts are whole minor units in text and are
// added as BigInt: no sum here passes through a floating-point number; only bar lengths do.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const ANCHORS = ["bookings", "orders", "billings", "revenue", "cash"];
  const VIEWS = { revenue: [1, 2, 3], cash: [4] };
  const HARMLESS = ["timing", "basis", "policy", "rounding"];
  // Why our schedule, the ERP's revenue plan and the ledger differ, in a reader's words.
  const CAUSES = {
    allocation: "the ERP gives the obligation another share of the contract's price",
    dates: "the ERP's plan runs over other service dates",
    rule: "the ERP recognises by another rule",
    modification: "the ERP's plan does not have a modification of the contract, or has it otherwise",
    not_planned: "the ERP has no revenue plan for it",
    planned_otherwise: "the ERP planned another amount for the month",
    unposted: "planned in a closed month and never posted",
    wrong_period: "posted in another month than planned",
    amount: "posted at another amount than planned",
    posted_without_plan: "posted without a plan",
    other_entity: "posted by another legal entity",
    other_currency: "posted in another currency",
    variable: "estimates of returns and rebates, posted otherwise than the terms give them",
  };
  const state = { definition: "", cell: 0, quarter: "", view: "revenue" };

  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "class") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  };
  const svg = (tag, attributes = {}) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const abs = (value) => (value < 0n ? -value : value);
  const unitOf = (cell) => data.cells[cell][2];
  const money = (value, unit, sign = false) => {
    if (value === null || value === undefined) return "–";
    const amount = BigInt(value);
    const digits = abs(amount).toString().padStart(unit + 1, "0");
    const whole = digits.slice(0, digits.length - unit).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    const fraction = unit ? "." + digits.slice(digits.length - unit) : "";
    return (amount < 0n ? "\u2212" : sign && amount > 0n ? "+" : "") + whole + fraction;
  };
  const count = (value) => Number(value).toLocaleString("en-US");
  const plural = (value, one, many) => `${count(value)} ${Number(value) === 1 ? one : many || one + "s"}`;
  const words = (text) => String(text || "").replace(/_/g, " ");
  const kindClass = (kind) => "kind-" + (data.kinds[kind] ? kind : "other");
  const kindName = (kind) => (data.kinds[kind] ? data.kinds[kind][0] : words(kind));
  const share = (part, whole) => (whole === 0n ? 0 : Number((part * 10000n) / whole) / 100);

  // selections ---------------------------------------------------------------------------------
  const definition = () => data.definitions.find((d) => d.definition_id === state.definition);
  const quarter = () => data.quarters.find((q) => q[0] === state.definition && q[1] === state.quarter);
  const anchorsOf = (definitionId, cell, quarterKey) => {
    const found = {};
    for (const row of data.anchors)
      if (row[0] === definitionId && row[1] === cell && row[2] === quarterKey)
        found[ANCHORS[row[3]]] = { amount: BigInt(row[4]), controlled: row[5], difference: row[6] };
    return found;
  };
  const itemsOf = (definitionId, cell, quarterKey) =>
    data.items
      .map((row, number) => ({ row, number }))
      .filter(({ row }) => row[0] === definitionId && row[1] === cell && row[2] === quarterKey)
      .map(({ row, number }) => {
        const [leg, code, name, kind] = data.lines[row[3]];
        return {
          number, leg, code, name, kind, amount: BigInt(row[4]), gross: BigInt(row[5]),
          increase: BigInt(row[6]), decrease: BigInt(row[7]), atoms: row[8], records: row[9], increases: row[10],
        };
      });
  const movementOf = (items) => {
    const kinds = {};
    let gross = 0n;
    for (const item of items) {
      kinds[item.kind] = (kinds[item.kind] || 0n) + item.gross;
      gross += item.gross;
    }
    return { gross, kinds, of: (kind) => kinds[kind] || 0n };
  };

  // headline -----------------------------------------------------------------------------------
  const drawHeadline = () => {
    const [entity, currency, unit] = data.cells[state.cell];
    const anchors = anchorsOf(state.definition, state.cell, state.quarter);
    const items = itemsOf(state.definition, state.cell, state.quarter).filter((item) => item.leg < 4);
    const movement = movementOf(items);
    const bookings = anchors.bookings ? anchors.bookings.amount : 0n;
    const revenue = anchors.revenue ? anchors.revenue.amount : 0n;
    const gap = revenue - bookings;
    const action = movement.of("action");
    const error = movement.of("data_error");
    const open = movement.of("unclassified");
    const chosen = quarter();
    byId("headline-scope").textContent =
      `${entity} · ${currency} · ${chosen ? chosen[2] : ""}${chosen && !chosen[4] ? " (not closed)" : ""} · ${definition().definition_name}`;
    byId("headline-title").textContent =
      gap === 0n ? "Bookings and recognised revenue agree"
        : `Revenue is ${money(abs(gap), unit)} ${currency} ${gap < 0n ? "below" : "above"} bookings. ` +
          (action + error + open === 0n ? "Nothing in it needs action." : `${money(action + error + open, unit)} needs attention.`);
    const lead = byId("headline-lead");
    lead.replaceChildren();
    if (movement.gross === 0n) lead.append("No record moved between bookings and revenue in this quarter.");
    else {
      const strong = (value) => el("b", {}, money(value, unit));
      lead.append("The gap is the net of ", strong(movement.gross), " of movement. ");
      const claims = [[action, " needs action"], [error, " is data error"], [open, " is not explained yet"]].filter(([value]) => value !== 0n);
      claims.forEach(([value, text], index) => lead.append(index ? ", " : "", strong(value), (index ? "" : " of it") + text));
      if (claims.length) lead.append("; the other ", strong(movement.gross - action - error - open), " is timing, basis and policy: ");
      else lead.append("All of it is timing, basis and policy: ");
      lead.append("both systems are right, they count different moments.");
    }
    const figure = (label, value, note, alert) =>
      el("div", { class: "figure" + (alert ? " alert" : "") }, el("span", {}, label), el("strong", {}, value), el("small", {}, note));
    byId("figures").replaceChildren(
      figure("Bookings", money(bookings, unit), "as the CRM reports them"),
      figure("Recognised revenue", money(revenue, unit), "as the ledger has it"),
      figure("Gap", money(gap, unit), bookings ? `${(Number((gap * 1000n) / abs(bookings)) / 10).toFixed(1).replace("-", "\u2212")}% of bookings` : "no bookings"),
      figure("Needs action", money(action, unit), movement.gross ? `${share(action, movement.gross).toFixed(1)}% of the movement` : "nothing to do", action > 0n),
    );
    const stack = el("div", { class: "stack", role: "img", "aria-label": "Movement by kind" });
    const legend = el("ul", { class: "legend" });
    const known = [...HARMLESS, ...Object.keys(movement.kinds).filter((kind) => !data.kinds[kind]), "action", "data_error", "unclassified"];
    for (const kind of known) {
      const value = movement.of(kind);
      if (!value) continue;
      const part = el("i", { class: kindClass(kind), title: `${kindName(kind)}: ${money(value, unit)}` });
      part.style.flexGrow = String(Math.max(share(value, movement.gross), 0.2));
      stack.append(part);
      legend.append(el("li", { title: data.kinds[kind] ? data.kinds[kind][1] : "" },
        el("span", { class: "dot " + kindClass(kind) }), kindName(kind), el("b", {}, money(value, unit))));
    }
    byId("movement").replaceChildren(
      el("div", { class: "muted" }, "What the movement is made of"), stack, legend);
    byId("movement").hidden = movement.gross === 0n;
  };

  // waterfall ----------------------------------------------------------------------------------
  const bar = (from, to, low, high, className, tall) => {
    const height = tall ? 44 : 34;
    const inset = tall ? 9 : 8;
    const scale = (value) => (high === low ? 0 : (Number(value - low) / Number(high - low)) * 1000);
    const drawing = svg("svg", { viewBox: `0 0 1000 ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const zero = scale(0n);
    drawing.append(svg("line", { class: "zero", x1: zero, x2: zero, y1: 0, y2: height }));
    const left = Math.min(scale(from), scale(to));
    const width = Math.max(Math.abs(scale(to) - scale(from)), 4);
    drawing.append(svg("rect", { class: className, x: Math.min(left, 996), y: inset, width, height: height - 2 * inset }));
    return { drawing, end: scale(to), height, inset };
  };
  const splitItem = (item) => {
    // a timing line that both takes money out of the quarter and brings some in is two stories
    if (item.kind !== "timing" || item.increase === 0n || item.decrease === 0n) return [item];
    return [
      { ...item, amount: item.decrease, sign: -1, suffix: "to other quarters", records: item.records - item.increases },
      { ...item, amount: item.increase, sign: 1, suffix: "from other quarters", records: item.increases },
    ];
  };
  const drawWaterfall = () => {
    const unit = unitOf(state.cell);
    const anchors = anchorsOf(state.definition, state.cell, state.quarter);
    const items = itemsOf(state.definition, state.cell, state.quarter);
    const legs = VIEWS[state.view];
    const rows = [];
    const checks = [];
    let running = 0n;
    let low = 0n;
    let high = 0n;
    const reach = (value) => { if (value < low) low = value; if (value > high) high = value; };
    const addAnchor = (name) => {
      const anchor = anchors[name] || { amount: 0n };
      rows.push({ anchor: name, from: 0n, to: anchor.amount, ...anchor });
      running = anchor.amount;
      reach(running);
    };
    addAnchor(data.legs[legs[0]][0]);
    for (const leg of legs) {
      for (const item of items.filter((candidate) => candidate.leg === leg).flatMap(splitItem)) {
        if (item.amount === 0n && item.records === 0 && item.kind !== "unclassified") continue;
        rows.push({ item, from: running, to: running + item.amount });
        running += item.amount;
        reach(running);
      }
      const [, right] = data.legs[leg];
      const measured = anchors[right] ? anchors[right].amount : 0n;
      checks.push({ leg, right, off: measured - running });
      addAnchor(right);
    }
    const list = byId("waterfall");
    list.replaceChildren();
    rows.forEach((row, index) => {
      const tall = Boolean(row.anchor);
      const { drawing, end, height, inset } = bar(row.from, row.to, low, high, row.anchor ? "kind-anchor" : kindClass(row.item.kind), tall);
      if (index < rows.length - 1)
        drawing.append(svg("line", { class: "connector", x1: end, x2: end, y1: height - inset, y2: height }));
      if (index > 0 && !(row.anchor && false)) {
        const before = row.anchor ? end : low === high ? 0 : (Number(row.from - low) / Number(high - low)) * 1000;
        drawing.append(svg("line", { class: "connector", x1: before, x2: before, y1: 0, y2: inset }));
      }
      const entry = el("li");
      if (row.anchor) {
        const control = !row.controlled ? null
          : row.difference === "0" ? el("small", {}, "equals the source's own total")
            : el("small", { class: "off" }, `${money(row.difference, unit, true)} against the source's own total`);
        entry.append(el("div", { class: "row anchor", "data-anchor": row.anchor },
          el("span", { class: "name" }, data.anchor_names[row.anchor], control), drawing,
          el("span", { class: "amount" }, money(row.amount, unit)), el("span")));
      } else entry.append(...lineRow(row.item, drawing, unit, index));
      list.append(entry);
    });
    const tie = byId("tie");
    tie.replaceChildren();
    const off = checks.filter((check) => check.off !== 0n);
    const last = rows[rows.length - 1];
    if (!off.length) {
      const unclassified = items.filter((item) => legs.includes(item.leg) && item.kind === "unclassified").reduce((sum, item) => sum + item.atoms, 0);
      tie.append(el("span", { class: "ok" }, "Ties exactly. "),
        `Added up again in your browser: every leg from ${data.anchor_names[rows[0].anchor].toLowerCase()} to ${data.anchor_names[last.anchor].toLowerCase()}, to the last ${unit ? "decimal" : "unit"}. `,
        unclassified ? el("span", { class: "off" }, `${plural(unclassified, "record")} unclassified.`) : "Nothing is unclassified.");
    } else
      tie.append(el("span", { class: "off" }, "Does not tie. "), off.map((check) => `Leg ${check.leg} misses ${data.anchor_names[check.right].toLowerCase()} by ${money(check.off, unit, true)}.`).join(" "));
    byId("bridge-title").textContent = state.view === "cash" ? "From billings to cash" : "From bookings to revenue";
    byId("show-revenue").setAttribute("aria-pressed", String(state.view === "revenue"));
    byId("show-cash").setAttribute("aria-pressed", String(state.view === "cash"));
  };
  const lineRow = (item, drawing, unit, index) => {
    const id = `panel-${index}`;
    const panel = el("div", { class: "panel", id, hidden: true, role: "region", "aria-label": `Records of line ${item.code}` });
    const button = el("button",
      { class: "row", type: "button", "aria-expanded": "false", "aria-controls": id, "data-line": item.code, title: `${kindName(item.kind)}: ${data.kinds[item.kind] ? data.kinds[item.kind][1] : ""}` },
      el("span", { class: "name" }, el("span", { class: "code" }, item.code), el("span", {}, item.name + (item.suffix ? ", " + item.suffix : ""))),
      drawing, el("span", { class: "amount" }, money(item.amount, unit, true)), el("span", { class: "chevron", "aria-hidden": "true" }, "\u203a"));
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      panel.hidden = !open;
      if (open && !panel.hasChildNodes()) fillPanel(panel, item, unit);
    });
    return [button, panel];
  };

  // the records behind a bar -----------------------------------------------------------------------
  const quote = (text) => "'" + String(text).replace(/'/g, "''") + "'";
  const queryFor = (item) => {
    const [entity, currency] = data.cells[state.cell];
    const end = new Date(state.quarter + "T00:00:00Z");
    end.setUTCMonth(end.getUTCMonth() + 3);
    return `select * from revenue_bridge.fct_bridge_atom\nwhere definition_id = ${quote(state.definition)} and entity = ${quote(entity)} and currency = ${quote(currency)}\n` +
      `  and period >= date ${quote(state.quarter)} and period < date ${quote(end.toISOString().slice(0, 10))}\n  and line_code = ${quote(item.code)}\norder by abs(amount) desc;`;
  };
  const fillPanel = (panel, item, unit) => {
    const all = (data.records[item.number] || []).filter((record) => !item.sign || (BigInt(record[9]) > 0n) === (item.sign > 0));
    const details = data.details[item.number] || [];
    let chosen = null;
    const facts = el("div", { class: "panel-facts" },
      el("span", {}, el("span", { class: "dot " + kindClass(item.kind) }), ` ${kindName(item.kind)}: ${data.kinds[item.kind] ? data.kinds[item.kind][1] : ""}`));
    if (!item.sign && item.increase !== 0n && item.decrease !== 0n)
      facts.append(el("span", {}, `${money(item.increase, unit, true)} and ${money(item.decrease, unit)}`));
    const body = el("div");
    const draw = () => {
      const shown = all.filter((record) => chosen === null || data.words[record[6]] === chosen);
      const customers = shown.some((record) => data.words[record[2]]);
      const titles = ["Deal", customers ? "Customer" : null, "Document", "Why", "Evidence", "Month"].filter(Boolean);
      const table = el("table", {}, el("thead", {}, el("tr", {},
        ...titles.map((title) => el("th", { scope: "col", class: title === "Month" ? "day" : "" }, title)), el("th", { class: "num", scope: "col" }, "Amount"))));
      const rows = el("tbody");
      for (const record of shown) {
        const why = [...new Set([words(data.words[record[6]]), words(data.words[record[7]])])].filter(Boolean).join(": ");
        rows.append(el("tr", {},
          el("td", {}, record[1] ? el("div", {}, record[1]) : "", record[0] ? el("span", { class: "mono" }, record[0]) : el("span", { class: "muted" }, "no deal")),
          customers ? el("td", {}, data.words[record[2]] || "") : "",
          el("td", {}, record[4] ? words(data.words[record[3]]) + " " : "", el("span", { class: "mono" }, record[5] || record[4])),
          el("td", {}, why),
          el("td", {}, el("span", { class: "dot grade-" + record[8], title: data.grades[record[8]] || "" }), " " + record[8]),
          el("td", { class: "day" }, record[11]),
          el("td", { class: "num", title: Number(record[10]) > 1 ? `${record[10]} atoms` : "" }, money(record[9], unit, true))));
      }
      table.append(rows);
      const total = chosen === null ? item.records : Number((details.find((d) => d[0] === chosen) || [0, 0, shown.length])[2]);
      const cancelled = item.atoms - all.reduce((sum, record) => sum + Number(record[10]), 0);
      const partial = shown.length < total && !(item.sign && chosen !== null);
      const note = partial ? `Showing the largest ${count(shown.length)} of ${plural(total, "record")}; query for all:`
        : `All ${plural(shown.length, "record")}.${cancelled > 0 && chosen === null ? ` Another ${plural(cancelled, "atom")} of this line cancel out within the quarter.` : ""} The atoms in SQL:`;
      const text = queryFor(item);
      const copy = el("button", { type: "button" }, "Copy SQL");
      copy.addEventListener("click", async () => {
        try { await navigator.clipboard.writeText(text); copy.textContent = "Copied"; }
        catch { const range = document.createRange(); range.selectNodeContents(copy.previousSibling); getSelection().removeAllRanges(); getSelection().addRange(range); copy.textContent = "Selected"; }
      });
      body.replaceChildren(
        shown.length ? el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Records" }, table)
          : el("p", { class: "empty" }, "The atoms of this line cancel out within the quarter."),
        el("p", { class: "muted" }, note), el("div", { class: "query" }, el("code", {}, text), copy));
    };
    panel.append(facts);
    if (details.length > 1 || (details.length === 1 && details[0][2] !== String(item.records))) {
      const chips = el("div", { class: "chips", role: "group", "aria-label": "Filter by detail" });
      const choose = (name, button) => {
        chosen = name;
        for (const other of chips.children) other.setAttribute("aria-pressed", String(other === button));
        draw();
      };
      const everything = el("button", { type: "button", "aria-pressed": "true", onclick: () => choose(null, everything) }, "All");
      chips.append(everything);
      for (const [name, amount] of details) {
        const chip = el("button", { type: "button", "aria-pressed": "false", onclick: () => choose(name, chip) }, `${words(name)} ${money(amount, unit, true)}`);
        chips.append(chip);
      }
      panel.append(chips);
    }
    panel.append(body);
    draw();
  };

  // tables -------------------------------------------------------------------------------------
  const table = (head, rows, numeric = []) =>
    el("div", rows.length > 12 ? { class: "scroll tall", tabindex: "0", role: "group", "aria-label": "Rows" } : { class: "scroll" }, el("table", {},
      el("thead", {}, el("tr", {}, ...head.map((title, index) => el("th", { class: numeric.includes(index) ? "num" : "", scope: "col" }, title)))),
      el("tbody", {}, ...rows.map((row) => el("tr", { class: row.className || "" }, ...row.cells.map((cell, index) =>
        el("td", { class: numeric.includes(index) ? "num" : row.mono && row.mono.includes(index) ? "mono" : "" }, cell === null || cell === undefined ? "" : cell)))))));
  const nothing = (text) => el("p", { class: "empty" }, text);

  const drawGrades = () => {
    const unit = unitOf(state.cell);
    const rows = data.grade_money.filter((row) => row[0] === state.definition && row[1] === state.cell && row[2] === state.quarter && row[3] === (state.view === "cash"));
    const target = byId("grades");
    if (!rows.length) { target.replaceChildren(nothing("No record moved in this quarter.")); return; }
    const total = rows.reduce((sum, row) => sum + BigInt(row[5]), 0n);
    const stack = el("div", { class: "stack", role: "img", "aria-label": "Movement by evidence grade" });
    for (const row of rows) {
      const part = el("i", { class: "grade-" + row[4] });
      part.style.flexGrow = String(Math.max(share(BigInt(row[5]), total), 0.2));
      stack.append(part);
    }
    target.replaceChildren(stack, table(["Grade", "Records", "Movement", "Share"], rows.map((row) => ({
      cells: [el("span", {}, el("span", { class: "dot grade-" + row[4] }), ` ${row[4]}  `, el("span", { class: "muted" }, data.grades[row[4]] || "")), count(row[6]), money(row[5], unit), share(BigInt(row[5]), total).toFixed(1) + "%"],
    })), [1, 2, 3]));
  };

  const drawComparison = () => {
    const unit = unitOf(state.cell);
    const columns = data.definitions.map((d) => anchorsOf(d.definition_id, state.cell, state.quarter));
    const rows = ANCHORS.map((name) => ({ cells: [data.anchor_names[name], ...columns.map((anchors) => (anchors[name] ? money(anchors[name].amount, unit) : "–"))] }));
    byId("comparison").replaceChildren(table(["", ...data.definitions.map((d) => d.definition_name)], rows, data.definitions.map((_, index) => index + 1)));
    byId("compare").hidden = data.definitions.length < 2;
  };

  const drawEntities = () => {
    const chosen = quarter();
    byId("entities-quarter").textContent = chosen ? chosen[2] + "." : "";
    const rows = data.cells.map(([entity, currency, unit], cell) => {
      const anchors = anchorsOf(state.definition, cell, state.quarter);
      if (!Object.keys(anchors).length) return null;
      const items = itemsOf(state.definition, cell, state.quarter).filter((item) => item.leg < 4);
      const movement = movementOf(items);
      const bookings = anchors.bookings ? anchors.bookings.amount : 0n;
      const revenue = anchors.revenue ? anchors.revenue.amount : 0n;
      const unclassified = items.filter((item) => item.kind === "unclassified").reduce((sum, item) => sum + item.atoms, 0);
      return {
        className: cell === state.cell ? "chosen" : "",
        cells: [el("button", { class: "link", type: "button", onclick: () => { choose({ cell }); byId("headline").scrollIntoView(); } }, entity || "unassigned"), currency,
          money(bookings, unit), money(revenue, unit), money(revenue - bookings, unit, true), money(movement.of("action"), unit), money(movement.of("data_error"), unit), count(unclassified)],
      };
    }).filter(Boolean);
    byId("entity-table").replaceChildren(table(["Entity", "Currency", "Bookings", "Revenue", "Gap", "Needs action", "Data error", "Unclassified"], rows, [2, 3, 4, 5, 6, 7]));
  };

  // the group in one currency ------------------------------------------------------------------
  const drawGroup = () => {
    const group = data.group.find((one) => one.definition === state.definition && one.quarter === state.quarter);
    byId("group").hidden = !group;
    if (!group) return;
    const { currency, unit, entities } = group;
    byId("group-note").textContent = `Amounts in ${currency}, added over all entities. Every line is priced at the rate of the side it comes from; ` +
      "what other rates make of it stands on the FX lines, by cause." +
      (group.unconverted ? ` ${plural(group.unconverted, "record")} without a rate ${group.unconverted === 1 ? "is" : "are"} left out; see the exceptions.` : "");
    const titles = ["", ...entities.map((entity) => entity || "unassigned"), "Group"];
    const numeric = titles.map((_, index) => index).slice(1);
    const rows = group[state.view].filter((row) => row[0] === "anchor" || row.slice(3).some((amount) => amount !== "0")).map((row) => ({
      className: row[0] === "anchor" ? "chosen" : "",
      cells: [row[0] === "anchor" ? el("b", {}, row[2]) : el("span", {}, el("span", { class: "mono muted" }, row[1]), " " + row[2]),
        ...row.slice(3).map((amount) => money(amount, unit, row[0] === "line"))],
    }));
    const causes = group.fx.filter((row) => (row[0][0] === "4") === (state.view === "cash") && row[2] !== "0");
    byId("group-body").replaceChildren(
      table(titles, rows, numeric),
      causes.length ? fold("What the FX lines are made of", table(["Line", "Cause", "Group"],
        causes.map((row) => ({ cells: [row[0], row[1], money(row[2], unit, true)], mono: [0] })), [2])) : "");
  };

  // accounts and customers -------------------------------------------------------------------------
  const percent = (rate) => (rate === null || rate === undefined ? "\u2013" : (Number(rate) * 100).toFixed(1) + "%");
  const change = (rate, before) => {
    if (rate === null || before === null || before === undefined) return "";
    const points = (Number(rate) - Number(before)) * 100;
    return Math.abs(points) < 0.05 ? ", as last published" : `, ${points > 0 ? "+" : "\u2212"}${Math.abs(points).toFixed(1)} points since last published`;
  };
  const fold = (title, ...children) => el("details", {}, el("summary", {}, title), ...children);
  const trend = (nights, index) => {
    const rates = nights.map((night) => night[index]).filter((rate) => rate !== null).map(Number);
    if (rates.length < 2) return null;
    const low = Math.min(...rates);
    const high = Math.max(...rates);
    const points = rates.map((rate, number) => `${(number / (rates.length - 1)) * 100},${high === low ? 12 : 22 - ((rate - low) / (high - low)) * 20}`).join(" ");
    const drawing = svg("svg", { class: "trend", viewBox: "0 0 100 24", preserveAspectRatio: "none", role: "img", "aria-label": `${rates.length} nights from ${nights[0][2]}: ${percent(low)} to ${percent(high)}` });
    drawing.append(svg("polyline", { points }));
    return drawing;
  };
  const drawAccounts = () => {
    const mapping = data.mapping;
    const [, currency, unit] = data.cells[state.cell];
    const of = (scope, name) => mapping.quality.find((row) => row.scope === scope && row.currency === name);
    const nightsOf = (scope, name) => mapping.nights.filter((night) => night[0] === scope && night[1] === name);
    const every = of("won_account", "");
    const all = of("every_account", "");
    const here = of("won_in_currency", currency);
    const target = byId("accounts-body");
    if (!all) { target.replaceChildren(nothing("No account was found in the landed data.")); return; }
    const figure = (label, value, note, alert, drawing) =>
      el("div", { class: "figure" + (alert ? " alert" : "") }, el("span", {}, label), el("strong", {}, value), el("small", {}, note), drawing);
    const counted = every || all;
    const precision = mapping.agreement.find((row) => row[0] === "account_and_customer" && row[1] === "every rule");
    const figures = el("div", { class: "figures" },
      figure(every ? "Accounts with won deals that are matched" : "Accounts that are matched", percent(counted.account_match_rate),
        `${count(counted.accounts[1])} of ${count(counted.accounts[0])}${change(counted.account_match_rate, counted.previous_account_match_rate)}`, false, trend(nightsOf(counted.scope, ""), 3)),
      figure(`Won money that is matched, ${currency}`, here ? percent(here.amount_match_rate) : "\u2013",
        here ? `${money(here.amounts[1], unit)} of ${money(here.amounts[0], unit)}${change(here.amount_match_rate, here.previous_amount_match_rate)}` : `no deal was won in ${currency}`, false, here ? trend(nightsOf("won_in_currency", currency), 4) : null),
      figure("Waits for a decision", plural(mapping.queue.pairs, "pair"),
        mapping.queue.pairs ? `${plural(all.queue_accounts, "account")}${here && here.queue_amount !== "0" ? `, ${money(here.queue_amount, unit)} ${currency}` : ""}, oldest ${plural(all.queue_oldest_days || 0, "day")}` : "nobody has to decide anything", mapping.queue.pairs > 0),
      figure("Right, where stewards decided", precision && precision[5] !== null ? percent(precision[5]) : "\u2013",
        precision && precision[5] !== null ? `of ${count(precision[3] + precision[4])} that rules had accepted; 95% interval ${percent(precision[6])} to ${percent(precision[7])}` : "no steward has judged an accepted pair yet"),
    );
    const kinds = [["grade-A", "A", data.grades.A, 4], ["grade-B", "B", data.grades.B, 5], ["grade-C", "C", data.grades.C, 6], ["grade-D", "D", data.grades.D, 7], ["kind-action", "review", "not matched, a pair waits for a decision", 2], ["kind-data_error", "none", "not matched, nothing speaks for a customer", 3]];
    const source = here || counted;
    const whole = here ? BigInt(here.amounts[0]) : 0n;
    const stack = el("div", { class: "stack", role: "img", "aria-label": `Accounts by proof, ${here ? "money" : "number"}` });
    const rows = [];
    for (const [className, name, meaning, index] of kinds) {
      if (!source.accounts[index] && !counted.accounts[index]) continue;
      const part = el("i", { class: className });
      const size = here ? (whole > 0n ? share(BigInt(here.amounts[index]), whole) : 0) : counted.accounts[index];
      part.style.flexGrow = String(Math.max(size, 0.2));
      if (source.accounts[index]) stack.append(part);
      rows.push({ cells: [el("span", {}, el("span", { class: "dot " + className }), ` ${name}  `, el("span", { class: "muted" }, meaning)), count(all.accounts[index]), count(counted.accounts[index]),
        ...(here ? [count(here.accounts[index]), money(here.amounts[index], unit), whole > 0n ? share(BigInt(here.amounts[index]), whole).toFixed(1) + "%" : "\u2013"] : [])] });
    }
    const parts = [figures, el("h3", {}, here ? `By proof, in ${currency}` : "By proof"), stack,
      table(["Proof", "All accounts", "With won deals", ...(here ? [`Won in ${currency}`, "Money", "Share"] : [])], rows, [1, 2, 3, 4, 5])];

    parts.push(el("h3", {}, "Since the last publication"));
    if (!mapping.drift_totals.length) parts.push(nothing("No account has another customer than in the last publication (or there was none)."));
    else parts.push(
      table(["Change", "Why", "Accounts"], mapping.drift_totals.map((row) => ({ cells: [words(row[0]), words(row[1]), count(row[2])] })), [2]),
      fold("The accounts", table(["Change", "Why", "Account", "Before", "Now", "Won"], mapping.drift.map((row) => ({
        cells: [words(row[0]), words(row[1]), el("span", {}, row[2] + " ", el("span", { class: "mono muted" }, row[3])), el("span", { class: "mono" }, row[4]), el("span", { class: "mono" }, row[5]), row[7] ? `${row[6]} ${row[7]}` : ""],
      })), [5])));

    if (mapping.queue.rows.length) parts.push(el("h3", {}, "To decide, the most money first"),
      el("p", { class: "muted" }, el("span", { class: "mono" }, "tieout review"), " walks through them and writes the decisions."),
      table(["Account", "Customer", "Probability", "What speaks for it, and what not", "Owner", "Since", "Won"], mapping.queue.rows.map((row) => ({
        cells: [el("span", {}, row[0] + " ", el("span", { class: "mono muted" }, row[1])), el("span", {}, row[2] + " ", el("span", { class: "mono muted" }, row[3])), percent(row[4]), row[5], row[8], el("span", { class: "day" }, row[9]), row[7] ? `${row[6]} ${row[7]}` : ""],
      })), [2, 6]),
      mapping.queue.rows.length < mapping.queue.pairs ? el("p", { class: "muted" }, `Showing ${count(mapping.queue.rows.length)} of ${count(mapping.queue.pairs)}; all of them: `, el("span", { class: "mono" }, "select * from account_mapping.rpt_match_review")) : "");

    const gaps = mapping.readiness.filter((row) => row[0] === currency || row[0] === "");
    parts.push(el("h3", {}, "What to repair first"));
    if (gaps.length) parts.push(el("p", { class: "muted" }, "Gaps in the data, by the won money that hangs on them. A record with several gaps counts in each."),
      table(["Gap", "Records", `Money at risk, ${currency}`, "Begin with"], gaps.map((row) => ({ cells: [words(row[1]) + (row[2] ? ": " + words(row[2]) : ""), count(row[3]), row[4], el("span", { class: "mono" }, row[5])] })), [1, 2]));
    else parts.push(nothing(`No gap carries money in ${currency}.`));
    if (mapping.duplicates.length) parts.push(el("p", { class: "muted" }, "Duplicates: ",
      mapping.duplicates.map((row) => `${plural(row[2], "pair")} of ${row[0] === "account" ? "accounts" : "ERP customers"} ${row[1] === "accepted" ? "counted as one company" : "to decide"}`).join(", "), "; ", el("span", { class: "mono" }, "account_mapping.rpt_duplicate"), "."));

    if (mapping.agreement.length) parts.push(el("h3", {}, "Rules against stewards"),
      el("p", { class: "muted" }, "What the rules alone had said of the pairs that stewards decided. Stewards see the doubtful ones, so that this is the lower end."),
      table(["Pairs", "Rule", "Decided", "Accepted, right", "Accepted, wrong", "Precision", "95% interval", "Recall", "95% interval"], mapping.agreement.map((row) => ({
        cells: [words(row[0]), row[1], count(row[2]), count(row[3]), count(row[4]), percent(row[5]), row[5] === null ? "" : `${percent(row[6])} to ${percent(row[7])}`, percent(row[8]), row[8] === null ? "" : `${percent(row[9])} to ${percent(row[10])}`],
      })), [2, 3, 4, 5, 6, 7, 8]));
    target.replaceChildren(...parts.filter(Boolean));
  };

  const drawOrderToCash = () => {
    const [entity, currency, unit] = data.cells[state.cell];
    const cash = data.order_to_cash;
    const names = ["Close to order", "Order to invoice", "Invoice to cash", "Close to cash"];
    const own = cash.waits.find((row) => row[0] === "entity" && row[1] === entity);
    const target = byId("order-to-cash-body");
    const figure = (label, value, note, alert) =>
      el("div", { class: "figure" + (alert ? " alert" : "") }, el("span", {}, label), el("strong", {}, value), el("small", {}, note));
    const days = (value) => (value === null || value === undefined ? "\u2013" : count(value));
    const cards = el("div", { class: "figures" });
    names.forEach((name, index) => {
      const step = own && own[2][index];
      if (step) cards.append(figure(name, step[0] ? `${days(step[1])} / ${plural(step[2], "day")}` : "\u2013",
        `${plural(step[0], "deal")}` + (step[3] ? `; ${count(step[3])} wait, the oldest for ${plural(step[4], "day")}` : "; none waits")));
    });
    const owed = cash.receivable.find((row) => row[0] === entity && row[1] === currency);
    const totals = cash.blocked_totals.filter((row) => row[0] === entity && row[1] === currency);
    const blocked = totals.reduce((sum, row) => sum + BigInt(row[3]), 0n);
    cards.append(
      figure(`Open receivables of deals, ${currency}`, owed ? money(owed[3], unit) : "\u2013", owed ? `${plural(owed[2], "deal")}, tax included` : "nothing is owed"),
      figure(`Blocked, ${currency}`, totals.length ? money(blocked, unit) : "\u2013",
        totals.length ? `${plural(totals.reduce((sum, row) => sum + row[4], 0), "order")}, ${plural(totals.reduce((sum, row) => sum + row[5], 0), "deal")}` : "nothing is blocked", totals.length > 0));
    const parts = [el("p", { class: "muted" }, `${entity || "unassigned"}: half / nine of ten deals, in calendar days.`), cards];

    parts.push(el("h3", {}, "Blocked, and by what"));
    if (!totals.length) parts.push(nothing(`Nothing of ${entity} in ${currency} is blocked.`));
    else {
      const rows = cash.blocked.filter((row) => row[0] === entity && row[1] === currency);
      const all = totals.reduce((sum, row) => sum + row[4] + row[5], 0);
      parts.push(
        table(["Blocked by", "Who acts, and how", "Orders", "Deals", "Oldest, business days", "Amount"], totals.map((row) => ({
          cells: [el("span", { class: "pill warn" }, words(row[2])), el("span", {}, el("b", {}, row[7] + ": "), row[8]), count(row[4]), count(row[5]), row[6] === null ? "" : count(row[6]), money(row[3], unit)],
        })), [2, 3, 4, 5]),
        fold("The orders and deals",
          table(["Blocked by", "Order or deal", "Customer", "Evidence", "Owner", "Business days", "Amount"], rows.map((row) => ({
            cells: [words(row[2]), el("span", {}, `${row[4]} ${row[5]} `, el("span", { class: "mono muted" }, row[6])), row[7], row[8], row[10], row[9] === null ? "" : count(row[9]), money(row[3], unit)],
          })), [5, 6]),
          rows.length < all ? el("p", { class: "muted" }, `Showing ${count(rows.length)} of ${count(all)}; all of them: `, el("span", { class: "mono" }, "select * from opportunity_to_order.rpt_blocked_order")) : ""));
    }

    parts.push(el("h3", {}, "Where deals wait"));
    const cell = (step) => (step && step[0] ? `${days(step[1])} / ${days(step[2])}` : "\u2013");
    for (const [cut, title] of [["entity", "By entity"], ["owner", "By owner"], ["product", "By product"], ["month", "By month of close"]]) {
      const rows = cash.waits.filter((row) => row[0] === cut);
      if (rows.length) parts.push(fold(title, table([title.replace("By ", "").replace(/^./, (c) => c.toUpperCase()), "Ordered", ...names, "Wait for an order", "Wait for cash"], rows.map((row) => ({
        cells: [cut === "month" ? row[1].slice(0, 7) : row[1], row[2][0] ? count(row[2][0][0]) : "0", ...row[2].map(cell), row[2][0] ? count(row[2][0][3]) : "0", row[2][2] ? count(row[2][2][3]) : "0"],
      })), [1, 2, 3, 4, 5, 6, 7])));
    }
    target.replaceChildren(...parts);
  };

  const drawLeakage = () => {
    const [entity, currency, unit] = data.cells[state.cell];
    const here = (row) => (row[0] === null || row[0] === state.definition) && (!row[2] || row[2] === entity) && row[3] === currency;
    const totals = data.leakage_totals.filter(here);
    const rows = data.leakage.filter(here);
    const target = byId("leakage-body");
    if (!totals.length) { target.replaceChildren(nothing(`Every deal of ${entity} in ${currency} has its order.`)); return; }
    const cards = el("div", { class: "figures" });
    const order = { leakage: 0, account_not_mapped: 1, in_flight: 2 };
    totals.sort((a, b) => (order[a[1]] ?? 9) - (order[b[1]] ?? 9));
    for (const row of totals)
      cards.append(el("div", { class: "figure" + (row[1] === "in_flight" ? "" : " alert") }, el("span", {}, words(row[1]).replace(/^./, (c) => c.toUpperCase())), el("strong", {}, money(row[5], unit)), el("small", {}, `${plural(row[4], "deal")}, oldest ${plural(row[6] || 0, "business day")}`)));
    rows.sort((a, b) => (order[a[1]] ?? 9) - (order[b[1]] ?? 9));
    const shown = rows.slice(0, 100);
    const total = totals.reduce((sum, row) => sum + Number(row[4]), 0);
    target.replaceChildren(cards, table(["Class", "Deal", "Account", "Owner", "Who acts, and how", "Closed", "Business days", "Amount"], shown.map((row) => ({
      cells: [el("span", { class: "pill " + (row[1] === "in_flight" ? "" : "warn") }, words(row[1])), el("span", {}, row[7] ? row[7] + " " : "", el("span", { class: "mono muted" }, row[6])), row[8], row[9], el("span", {}, el("b", {}, row[11] + ": "), row[12]), el("span", { class: "day" }, row[10]), row[5] === null ? "" : count(row[5]), money(row[4], unit)],
    })), [6, 7]),
    shown.length < total ? el("p", { class: "muted" }, `Showing ${count(shown.length)} of ${count(total)} deals; all of them: `, el("span", { class: "mono" }, "select * from opportunity_to_order.rpt_leakage")) : "");
  };

  const monthName = (day) => day.slice(0, 7);
  const sumOf = (rows, index) => rows.reduce((sum, row) => sum + BigInt(row[index]), 0n);
  const monthCell = (day) => el("span", { class: "day" }, monthName(day));
  const drawRevenue = () => {
    const [entity, currency, unit] = data.cells[state.cell];
    const revenue = data.revenue;
    const chosen = quarter();
    const here = (row) => row[0] === entity && row[1] === currency;
    const inQuarter = (row) => here(row) && chosen && chosen[3].includes(row[2]);
    const rollforwards = revenue.rollforwards.map((balance) => ({ ...balance, rows: balance.rows.filter(inQuarter) })).filter((balance) => balance.rows.length);
    const remaining = revenue.remaining.filter(here);
    const differences = revenue.differences.filter(inQuarter);
    const contracts = revenue.contracts.filter(here);
    byId("revenue").hidden = !(rollforwards.length || remaining.length || differences.length || contracts.length);
    if (byId("revenue").hidden) return;
    const figure = (label, value, note, alert) =>
      el("div", { class: "figure" + (alert ? " alert" : "") }, el("span", {}, label), el("strong", {}, value), el("small", {}, note));
    const cards = el("div", { class: "figures" });
    for (const { name, rows } of rollforwards) {
      const [, , month, ...amounts] = rows[rows.length - 1];
      const off = BigInt(amounts[amounts.length - 1]);
      cards.append(figure(`${name}, end of ${monthName(month)}`, money(amounts[amounts.length - 3], unit),
        off === 0n ? "the ledger's balance exactly" : `${money(off, unit, true)} against the ledger`, off !== 0n));
    }
    if (remaining.length) {
      const year = remaining.filter((row) => row[3] === "1 to 12 months");
      cards.append(figure(`Still to be delivered, end of ${monthName(remaining[0][2])}`, money(sumOf(remaining, 5), unit),
        `${money(sumOf(year, 5), unit)} within 12 months; ${money(sumOf(remaining, 6), unit)} is billed`));
    }
    const off = sumOf(differences, 6);
    cards.append(figure("Schedule, plan and ledger differ", money(off, unit),
      differences.length ? `in ${chosen[2]}, without sign` : "nothing differs in this quarter", off !== 0n));
    const parts = [cards];

    for (const { name, movements, rows } of rollforwards) {
      const shown = movements.map((movement, index) => [movement, index + 4]).filter(([, index], place) => place < 2 || rows.some((row) => row[index] !== "0"));
      const last = movements.length + 4;
      const columns = [3, ...shown.map(([, index]) => index), last, last + 1, last + 2];
      const titles = { fx: "Other currency", moved: "Other entity", financing: "Interest" };
      parts.push(el("h3", {}, `${name}, month by month`),
        table(["Month", "Opening", ...shown.map(([movement]) => titles[movement] || words(movement).replace(/^./, (c) => c.toUpperCase())), "Closing", "Ledger balance", "Difference"],
          rows.map((row) => ({ cells: [monthCell(row[2]), ...columns.map((index) => money(row[index], unit))] })), columns.map((_, index) => index + 1)));
    }

    if (remaining.length) {
      const quarters = new Map();
      for (const row of remaining) {
        const label = row[4] ? `${row[4].slice(0, 4)} Q${Math.ceil(Number(row[4].slice(5, 7)) / 3)}` : "No date";
        const sums = quarters.get(label) || [0n, 0n];
        quarters.set(label, [sums[0] + BigInt(row[6]), sums[1] + BigInt(row[7])]);
      }
      const sizes = [...quarters.values()].map(([billed, unbilled]) => abs(billed) + abs(unbilled));
      const longest = sizes.reduce((most, size) => (size > most ? size : most), 1n);
      const bar = (billed, unbilled) => {
        const stack = el("div", { class: "stack", "aria-hidden": "true" });
        for (const [size, className] of [[abs(billed), "kind-timing"], [abs(unbilled), "kind-basis"], [longest - abs(billed) - abs(unbilled), "rest"]]) {
          if (size <= 0n) continue;
          const part = el("i", { class: className });
          part.style.flexGrow = String(share(size, longest));
          stack.append(part);
        }
        return stack;
      };
      parts.push(el("h3", {}, "Still to be delivered, by calendar quarter"),
        el("p", { class: "muted" }, "Prices of performance obligations that are not revenue at the end of the last closed month. ",
          el("span", { class: "dot kind-timing" }), " billed already  ", el("span", { class: "dot kind-basis" }), " to be billed"),
        el("div", { class: "bars" }, table(["Quarter", "", "Remaining", "Billed", "To be billed"], [...quarters].map(([label, [billed, unbilled]]) => ({
          cells: [el("span", { class: "day" }, label), bar(billed, unbilled), money(billed + unbilled, unit), money(billed, unit), money(unbilled, unit)],
        })), [2, 3, 4])));
    }

    parts.push(el("h3", {}, `Where schedule, plan and ledger differ${chosen ? ` in ${chosen[2]}` : ""}`));
    if (!differences.length) parts.push(nothing("Our schedule, the ERP's plan and the postings agree, obligation by obligation."));
    else {
      const causes = new Map();
      for (const row of differences) {
        const sums = causes.get(row[3]) || [0, 0n, 0n];
        causes.set(row[3], [sums[0] + row[4], sums[1] + BigInt(row[5]), sums[2] + BigInt(row[6])]);
      }
      const rows = revenue.largest.filter(inQuarter).sort((x, y) => x[6] - y[6]);
      parts.push(
        table(["Cause", "What it means", "Obligation months", "Net", "Without sign"], [...causes].sort((x, y) => (y[1][2] > x[1][2] ? 1 : -1)).map(([cause, [obligations, net, gross]]) => ({
          cells: [el("span", { class: "pill warn" }, words(cause)), CAUSES[cause] || "", count(obligations), money(net, unit, true), money(gross, unit)],
        })), [2, 3, 4]),
        fold("The obligations, the most money first",
          table(["Month", "Cause", "Contract", "Obligation", "Our schedule", "ERP's plan", "Posted", "Difference"], rows.map((row) => ({
            cells: [monthCell(row[2]), words(row[3]), el("span", { class: "mono" }, row[4] || ""), el("span", { class: "mono" }, row[5]), ...row.slice(8).map((value) => money(value, unit)), money(row[7], unit, true)],
          })), [4, 5, 6, 7]),
          el("p", { class: "muted" }, "All of them: ", el("span", { class: "mono" }, "select * from revenue_bridge.rpt_schedule_difference"))));
    }

    if (contracts.length) parts.push(el("h3", {}, `Contracts that the ledger has otherwise, end of ${monthName(contracts[0][2])}`),
      fold(`${plural(contracts.length, "contract")}, the most money first`,
        table(["Contract", "Asset", "Liability", "Ledger's asset", "Ledger's liability", "Difference"], contracts.map((row) => ({
          cells: [row[3] ? el("span", { class: "mono" }, row[3]) : "no contract", ...row.slice(4, 8).map((value) => money(value, unit)), money(row[8], unit, true)],
        })), [1, 2, 3, 4, 5]),
        el("p", { class: "muted" }, "All of them: ", el("span", { class: "mono" }, "select * from revenue_bridge.rpt_contract_balance where balance_difference <> 0"))));
    byId("revenue-body").replaceChildren(...parts);
  };

  const drawAdjustments = () => {
    const [entity, currency, unit] = data.cells[state.cell];
    const rows = data.adjustments.filter((row) => row[0] === state.definition && row[1] === entity && row[2] === currency);
    byId("adjustments").hidden = !data.adjustments.length;
    byId("adjustments-body").replaceChildren(rows.length
      ? table(["Period", "Line", "Records", "Amount"], rows.map((row) => ({ cells: [row[3], row[4], count(row[6]), money(row[5], unit, true)] })), [2, 3])
      : nothing(`Nothing moved in closed periods of ${entity} in ${currency}.`));
  };

  const drawExceptions = () => {
    const target = byId("exceptions-body");
    if (!data.exception_totals.length) { target.replaceChildren(nothing("Nothing waits for a person.")); return; }
    target.replaceChildren(...data.exception_totals.map(([type, total, amounts]) => {
      const rows = data.exceptions.filter((row) => row[0] === type);
      const sums = amounts.map(([currency, amount]) => `${amount}\u00a0${currency}`).join(" · ");
      const fold = el("details", {}, el("summary", {},
        el("span", {}, words(type).replace(/^./, (c) => c.toUpperCase())), el("span", {}, count(total)), el("span", { class: "muted" }, sums || "\u00a0")));
      fold.addEventListener("toggle", () => {
        if (!fold.open || fold.querySelector("table")) return;
        fold.append(table(["Source", "Record", "What", "Owner", "Amount"], rows.map((row) => ({ cells: [`${row[1]} ${words(row[2])}`, el("span", { class: "mono" }, row[3]), row[7], row[6], row[4] ? `${row[4]} ${row[5]}` : ""] })), [4]));
        if (rows.length < total) fold.append(el("p", { class: "muted" }, `Showing ${count(rows.length)} of ${count(total)}; all of them: `, el("span", { class: "mono" }, `select * from operations.exception where exception_type = ${quote(type)}`)));
      });
      return fold;
    }));
  };

  // selectors and address ------------------------------------------------------------------------
  const fill = (select, options, value) => {
    select.replaceChildren(...options.map(([key, label]) => el("option", { value: key }, label)));
    select.value = value;
  };
  const drawControls = () => {
    const [entity, currency] = data.cells[state.cell];
    fill(byId("pick-definition"), data.definitions.map((d) => [d.definition_id, d.definition_name]), state.definition);
    fill(byId("pick-entity"), [...new Set(data.cells.map((cell) => cell[0]))].sort().map((name) => [name, name || "unassigned"]), entity);
    fill(byId("pick-currency"), data.cells.filter((cell) => cell[0] === entity).map((cell) => [cell[1], cell[1]]).sort(), currency);
    fill(byId("pick-quarter"), data.quarters.filter((q) => q[0] === state.definition).reverse().map((q) => [q[1], q[2] + (q[4] ? "" : " (open)")]), state.quarter);
  };
  const draw = () => {
    drawControls();
    drawHeadline();
    drawWaterfall();
    drawGrades();
    drawComparison();
    drawEntities();
    drawGroup();
    drawAccounts();
    drawOrderToCash();
    drawLeakage();
    drawRevenue();
    drawAdjustments();
  };
  const remember = () => {
    const [entity, currency] = data.cells[state.cell];
    const parts = { definition: state.definition, entity, currency, quarter: state.quarter };
    if (state.view !== "revenue") parts.view = state.view;
    history.replaceState(null, "", "#" + new URLSearchParams(parts).toString());
  };
  const choose = (change) => {
    Object.assign(state, change);
    if (!data.quarters.some((q) => q[0] === state.definition && q[1] === state.quarter))
      state.quarter = definition().default_quarter || "";
    try { remember(); } catch { /* a page opened from an archive may have no address */ }
    draw();
  };
  // The address keeps what is chosen, so a section is scrolled to, and marked where it is read.
  const goTo = (link) => {
    byId(link.hash.slice(1)).scrollIntoView();
    byId(link.hash.slice(1)).setAttribute("tabindex", "-1");
    byId(link.hash.slice(1)).focus({ preventScroll: true });
  };
  const followSections = () => {
    const links = [...byId("sections").querySelectorAll("a")];
    for (const link of links)
      link.addEventListener("click", (event) => { event.preventDefault(); goTo(link); });
    let current = null;
    const mark = () => {
      const edge = byId("sections").getBoundingClientRect().bottom + 80;
      const shown = links.filter((link) => { link.hidden = byId(link.hash.slice(1)).hidden; return !link.hidden; });
      const bottom = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
      const reached = shown.filter((link) => byId(link.hash.slice(1)).getBoundingClientRect().top <= edge).pop() || shown[0];
      const next = bottom ? shown[shown.length - 1] : reached;
      if (!next || next === current) return;
      if (current) current.removeAttribute("aria-current");
      current = next;
      current.setAttribute("aria-current", "location");
      const row = current.parentElement;
      row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
    };
    addEventListener("scroll", mark, { passive: true });
    addEventListener("resize", mark);
    document.addEventListener("change", mark);
    mark();
  };
  const start = () => {
    if (!data.cells.length || !data.definitions.length) {
      byId("headline-title").textContent = "There is nothing to bridge yet";
      byId("headline-lead").textContent = "No booking, order, billing or revenue was found in the landed data. Data quality below says what was read.";
      for (const id of ["controls", "bridge", "evidence", "compare", "entities", "accounts", "order-to-cash", "leakage"]) byId(id).hidden = true;
      drawExceptions();
      followSections();
      return;
    }
    state.definition = data.definitions[0].definition_id;
    state.quarter = data.definitions[0].default_quarter;
    const wanted = new URLSearchParams(location.hash.slice(1));
    if (data.definitions.some((d) => d.definition_id === wanted.get("definition"))) state.definition = wanted.get("definition");
    const cell = data.cells.findIndex(([entity, currency]) => entity === wanted.get("entity") && currency === wanted.get("currency"));
    if (cell >= 0) state.cell = cell;
    else {
      // open on an entity that has this quarter
      const first = data.cells.findIndex((_, index) => anchorsOf(state.definition, index, state.quarter).bookings);
      state.cell = Math.max(first, 0);
    }
    if (data.quarters.some((q) => q[0] === state.definition && q[1] === wanted.get("quarter"))) state.quarter = wanted.get("quarter");
    if (VIEWS[wanted.get("view")]) state.view = wanted.get("view");
    byId("controls").addEventListener("submit", (event) => event.preventDefault());
    byId("pick-definition").addEventListener("change", (event) => choose({ definition: event.target.value }));
    byId("pick-entity").addEventListener("change", (event) => choose({ cell: data.cells.findIndex((c) => c[0] === event.target.value) }));
    byId("pick-currency").addEventListener("change", (event) => choose({ cell: data.cells.findIndex((c) => c[0] === data.cells[state.cell][0] && c[1] === event.target.value) }));
    byId("pick-quarter").addEventListener("change", (event) => choose({ quarter: event.target.value }));
    byId("show-revenue").addEventListener("click", () => choose({ view: "revenue" }));
    byId("show-cash").addEventListener("click", () => choose({ view: "cash" }));
    drawExceptions();
    draw();
    followSections();
    // a message leads to a section: what is drawn above it has moved it
    const section = /^#[a-z-]+$/.test(location.hash) && document.querySelector(location.hash);
    if (section) section.scrollIntoView();
  };
  start();
})();
