"""The page that the HTML report fills in: markup, style and the script of the filters."""

from __future__ import annotations

_STYLE = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f8fa; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --link: #0a58ca;
  --fail: #b42318; --fail-paper: #ffebe9; --should: #7d4e00; --should-paper: #fff8c5;
  --pass: #116329; --pass-paper: #e6f6ea; --open: #6639ba; --open-paper: #f3ebff; --wait: #8fb8e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --panel: #161b22; --ink: #e6edf3; --faint: #9da7b3; --line: #30363d; --link: #6cb6ff;
    --fail: #ff9d94; --fail-paper: #3c1618; --should: #e9c46a; --should-paper: #332701;
    --pass: #6bd98a; --pass-paper: #0f2d1a; --open: #cdaeff; --open-paper: #2b1d47; --wait: #35588a;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 2rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .5rem 0; }
small, .rules, footer { color: var(--faint); }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; background: var(--panel); border-radius: .375rem; overflow-wrap: normal; }
a { color: inherit; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.wide { overflow-x: auto; max-width: 100%; margin: .75rem 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table { border-collapse: collapse; overflow-wrap: normal; }
th, td { padding: .3rem .7rem; border: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { background: var(--panel); }
tbody th { font-weight: normal; white-space: nowrap; font-family: ui-monospace, monospace; font-size: .875rem; }
td { white-space: nowrap; position: relative; }
td a { display: block; text-decoration: none; font-weight: 600; }
td a:hover { text-decoration: underline; }
td small { color: inherit; font-weight: normal; }
.duties td { white-space: normal; min-width: 4rem; }
.duties td.number { text-align: right; }
.fail { color: var(--fail); } .should { color: var(--should); }
.pass { color: var(--pass); } .open { color: var(--open); }
td.fail, .mark.fail { background: var(--fail-paper); } td.should, .mark.should { background: var(--should-paper); }
td.pass, .mark.pass { background: var(--pass-paper); } td.open, .mark.open { background: var(--open-paper); }
.mark { display: inline-block; min-width: 4.2rem; padding: 0 .4rem; border-radius: .25rem; text-align: center;
  font-weight: 600; }
form { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: end; margin-bottom: .75rem; }
form[hidden] { display: none; }
form label { display: flex; flex-direction: column; font-size: .875rem; color: var(--faint); min-width: 0;
  max-width: 100%; }
select, input, button { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--line);
  border-radius: .375rem; padding: .3rem .5rem; max-width: 100%; height: 2.25rem; }
.scenario { border: 1px solid var(--line); border-radius: .375rem; margin: .4rem 0; padding: 0 .75rem; }
.scenario[open] { padding-bottom: .75rem; }
.scenario > summary { padding: .4rem 0; }
summary { cursor: pointer; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem; margin: .25rem 0; }
dt { color: var(--faint); } dd { margin: 0; }
svg { display: block; width: 100%; min-width: 40rem; height: auto;
  font: 11px ui-monospace, monospace; fill: var(--ink); }
.rail { stroke: var(--line); stroke-width: 1; fill: none; }
.tick { text-anchor: middle; fill: var(--faint); }
rect.wait { fill: var(--wait); }
.ok circle { fill: var(--pass); } .error rect { fill: var(--fail); }
.broken path { stroke: var(--fail); stroke-width: 2.5; fill: none; }
.ring { fill: none !important; stroke: var(--fail); stroke-width: 2; }
.end { stroke: var(--ink); stroke-width: 2.5; fill: none; }
@media (max-width: 30rem) {
  th, td { padding: .25rem .4rem; }
  dl { grid-template-columns: minmax(0, 1fr); }
  dd { margin: 0 0 .35rem; }
}
@media print { form { display: none; } }
"""

_SCRIPT = """
(function () {
  "use strict";
  var form = document.getElementById("filters");
  var count = document.getElementById("count");
  var scenarios = Array.prototype.slice.call(document.querySelectorAll("details.scenario"));
  function matches(scenario) {
    var values = form.elements, data = scenario.dataset;
    return (!values.mark.value || values.mark.value === data.mark)
      && (!values.operation.value || values.operation.value === data.operation)
      && (!values.row.value || values.row.value === data.row)
      && (!values.rule.value || data.rules.split(" ").indexOf(values.rule.value) >= 0)
      && scenario.textContent.toLowerCase().indexOf(values.text.value.trim().toLowerCase()) >= 0;
  }
  function apply() {
    var shown = 0;
    scenarios.forEach(function (scenario) {
      scenario.hidden = !matches(scenario);
      shown += scenario.hidden ? 0 : 1;
    });
    count.textContent = shown + " of " + scenarios.length + " scenarios shown";
  }
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { window.setTimeout(apply, 0); });
  document.querySelectorAll("td a[data-row]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      form.reset();
      form.elements.row.value = link.dataset.row;
      form.elements.operation.value = link.dataset.operation;
      apply();
      var target = document.querySelector(link.getAttribute("href"));
      target.open = true;
      target.scrollIntoView();
      target.querySelector("summary").focus();
    });
  });
  apply();
})();
"""

PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>$title</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>$title</h1>
<p>$counts</p>
$coverage
</header>
<main>
<section aria-labelledby="matrix">
<h2 id="matrix">Errors and operations</h2>
$matrix
<p><small>3/9: three of nine scenarios. An empty cell was not run. A cell leads to its scenarios.</small></p>
</section>
$duties
<section aria-labelledby="scenarios">
<h2 id="scenarios">Scenarios</h2>
<form id="filters" hidden>
<label>verdict <select name="mark"><option value="">all</option>$marks</select></label>
<label>operation <select name="operation"><option value="">all</option>$operations</select></label>
<label>error <select name="row"><option value="">all</option>$rows</select></label>
<label>rule <select name="rule"><option value="">all</option>$rules</select></label>
<label>text <input name="text" type="search"></label>
<button type="reset">show all</button>
</form>
<p><small>In a timeline: square an error, disc a success, cross a broken reply, bar a wait, stroke the end of the call,
ring the request at fault.</small></p>
<p id="count" role="status"></p>
$scenarios
</section>
</main>
<footer><p>$plugin</p></footer>
<script type="application/json" id="report">$data</script>
<script>{_SCRIPT}</script>
</body>
</html>
"""
"""A ``string.Template`` of the whole page."""
