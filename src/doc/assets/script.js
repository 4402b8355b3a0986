// Search, the theme, and the contents on small screens. Everything works without it but these.
(() => {
  const root = document.documentElement;
  const at = id => document.getElementById(id);
  const kept = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
  if (kept) root.dataset.theme = kept;

  at("theme").onclick = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a page from a disk may not be allowed to */ }
  };
  at("menu").onclick = () => at("contents").classList.toggle("open");
  at("contents").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });

  const input = at("search"), list = at("found");
  let rows = [], chosen = 0;

  // Lower is better: the name itself, its beginning, the beginning of a part of it, anywhere in it, in what is said about it.
  const score = ([name, , what, about], words) => {
    let sum = what === "field" ? 1 : 0;
    for (const word of words) {
      const n = name.toLowerCase(), i = n.indexOf(word);
      if (n === word) sum += 0;
      else if (n.endsWith("." + word)) sum += .5;
      else if (i === 0) sum += 2;
      else if (i > 0 && ".-".includes(n[i - 1])) sum += n.endsWith(word) ? 2.5 : 4;
      else if (i > 0) sum += 6;
      else if (about.toLowerCase().includes(word)) sum += 12;
      else return null;
    }
    return sum + name.length / 100;
  };

  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.hidden = words.length === 0;
    if (list.hidden) return;
    rows = ENTRIES.map(entry => [score(entry, words), entry]).filter(([s]) => s !== null).sort((a, b) => a[0] - b[0]).slice(0, 40).map(([, e]) => e);
    chosen = 0;
    list.replaceChildren(...rows.map(([name, place, what, about]) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = place;
      for (const [tag, text] of [["b", name], ["i", what], ["small", about.replaceAll("`", "")]]) {
        const part = document.createElement(tag);
        part.textContent = text;
        link.append(part);
      }
      link.onclick = () => { list.hidden = true; };
      item.append(link);
      return item;
    }));
    if (rows.length === 0) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = "Nothing has these words.";
      list.append(none);
    }
    mark();
  };

  const mark = () => list.querySelectorAll("a").forEach((link, i) => {
    link.setAttribute("aria-selected", i === chosen);
    if (i === chosen) link.scrollIntoView({ block: "nearest" });
  });

  input.oninput = show;
  input.onfocus = show;
  input.onkeydown = event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length) {
      chosen = (chosen + step + rows.length) % rows.length;
      mark();
      event.preventDefault();
    } else if (event.key === "Enter" && rows[chosen]) {
      location.href = rows[chosen][1];
      list.hidden = true;
      input.blur();
    } else if (event.key === "Escape") {
      input.value = "";
      list.hidden = true;
      input.blur();
    }
  };
  addEventListener("keydown", event => {
    if (event.key === "/" && document.activeElement !== input) {
      event.preventDefault();
      input.focus();
    }
  });
  addEventListener("click", event => { if (!event.target.closest(".search")) list.hidden = true; });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { input.value = asked; input.focus(); show(); }
})();
