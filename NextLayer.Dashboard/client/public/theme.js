// Before the first paint, so that no light page flashes on a dark desk, and no frame about a page that has none. A file of its own: the page allows no inline script.
(function () {
  var choice = null;
  try {
    choice = JSON.parse(localStorage.getItem("nextlayer.prefs") || "{}").theme;
  } catch (e) {
    choice = null;
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  if (/^\/(sign-in|decide)$/.test(location.pathname)) document.documentElement.dataset.frameless = "";
})();
