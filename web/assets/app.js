// News without a reload. Each element with data-live is replaced by its newest self when that differs, unless somebody is
// using it; what is open stays open and the page stays where it is. Without this script everything works but that.
(() => {
  "use strict";
  const pause = Number(document.body.dataset.refresh || 0) * 1000;
  const fresh = document.getElementById("fresh");
  let failed = 0;

  const busy = (el) => {
    const at = document.activeElement;
    return at && el.contains(at) && /^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(at.tagName);
  };

  const take = (page) => {
    for (const el of document.querySelectorAll("[data-live]")) {
      const next = page.getElementById(el.id);
      if (!next || busy(el)) continue;
      for (const d of el.querySelectorAll("details[open]")) {
        const same = d.id && next.querySelector("#" + CSS.escape(d.id));
        if (same) same.open = true;
      }
      if (next.outerHTML === el.outerHTML) continue;
      const focused = el.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      const now = document.importNode(next, true);
      el.replaceWith(now);
      if (focused) now.querySelector('[href="' + CSS.escape(focused) + '"]')?.focus({ preventScroll: true });
    }
    document.title = page.title;
  };

  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname + location.search, { credentials: "same-origin", cache: "no-store" });
      if (answer.redirected) { location.reload(); return; } // the login has ended
      if (!answer.ok) throw new Error(String(answer.status));
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (failed) fresh.textContent = "";
      failed = 0;
    } catch {
      failed++;
      if (failed > 1) fresh.textContent = "No news could be fetched. What you see may be old; rouse is asked again every few seconds.";
    }
  };

  if (pause > 0) {
    setInterval(look, pause);
    document.addEventListener("visibilitychange", look);
  }

  // One tap is one act. A page that comes back from the browser's memory can act again.
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "yes";
    const button = e.submitter;
    if (button) button.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    for (const form of document.forms) delete form.dataset.sent;
    for (const b of document.querySelectorAll("[aria-busy]")) b.removeAttribute("aria-busy");
  });
})();
