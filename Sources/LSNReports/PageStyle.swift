/// The style sheet and the script of every page. Neither may hold `<` or `&`: see ``Markup/verbatim(_:)``.
enum PageStyle {
    /// What drawings need of the style sheet, in a page or alone.
    static let drawing = """
        svg text{font-size:12.5px;fill:var(--ink)}
        svg .tick{fill:var(--muted)}
        svg .end{text-anchor:end}
        svg .middle{text-anchor:middle}
        svg .grid{stroke:var(--grid)}
        svg .axis{stroke:var(--axis)}
        svg .band{fill:var(--band)}
        svg .track{fill:var(--grid)}
        svg .cursor{stroke:var(--axis);stroke-dasharray:2 2}
        svg .leader{stroke:var(--axis);stroke-width:.8}
        svg .mark{fill:none;stroke:var(--ink);stroke-width:1.4}
        svg .label{font-weight:600}
        svg .value{font-weight:600}
        svg .series path{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        svg .series .dot{fill:currentColor}
        svg .dashed path{stroke-dasharray:7 4}
        svg .dotted path{stroke-dasharray:.5 4.5;stroke-width:2.4}
        svg .mixed path{stroke-dasharray:9 4 1 4}
        svg .bar{fill:currentColor}
        \(Palette.series.indices.map { ".c\($0){color:var(--c\($0))}svg .label.c\($0){fill:var(--c\($0))}" }.joined())
        """

    /// The style sheet: both themes, one column on a phone.
    static let sheet = """
        :root{color-scheme:light dark;\(Palette.properties(\.light))}
        @media (prefers-color-scheme:dark){:root{\(Palette.properties(\.dark))}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
        "DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
        main,header{max-width:1280px;margin:0 auto;padding:0 16px}
        header{padding-top:28px}
        footer{max-width:1280px;margin:0 auto;padding:8px 16px 32px;color:var(--muted);font-size:13px}
        h1{font-size:26px;line-height:1.2;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}
        h2{font-size:18px;margin:32px 0 10px}
        h3{font-size:15px;margin:0}
        p{margin:0}
        a{color:var(--c0)}
        code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
        .path{color:var(--muted);margin-top:4px;overflow-wrap:anywhere}
        .head{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center}
        .status{font-size:13px;font-weight:600;border:1px solid currentColor;border-radius:99px;padding:1px 10px;\
        white-space:nowrap}
        .status.finished{color:var(--c2)}
        .status.running{color:var(--c0)}
        .status.stopped{color:var(--c4)}
        .status.failed{color:var(--c6)}
        .facts{display:flex;flex-wrap:wrap;gap:1px;margin:18px 0 0;padding:0;\
        background:var(--grid);border:1px solid var(--grid);border-radius:10px;overflow:hidden}
        .facts div{flex:1 1 132px;background:var(--card);padding:10px 14px}
        .facts dt{color:var(--muted);font-size:13px}
        .facts dd{margin:0;font-size:19px;font-weight:600;line-height:1.3;overflow-wrap:anywhere}
        .facts dd small{display:block;font-size:13px;font-weight:400;color:var(--muted)}
        .facts .lead{flex:2 1 240px}
        .facts .lead dd{font-size:30px;line-height:1.15;color:var(--c0)}
        .message{border-left:4px solid var(--c6);background:var(--card);padding:10px 14px;margin:16px 0 0;\
        overflow-wrap:anywhere}
        .message.note{border-color:var(--c4)}
        .message ul{margin:4px 0 0;padding-left:20px}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr));gap:14px}
        figure,.empty,.panel{margin:0;background:var(--card);border:1px solid var(--grid);border-radius:10px;\
        padding:12px 14px;min-width:0}
        .empty{color:var(--muted)}
        .unit{color:var(--muted);font-size:13px}
        .readout{color:var(--muted);font-size:13px;min-height:2.9em;line-height:1.45;margin-top:4px}
        .wide{grid-column:1/-1}
        .tall{grid-row:span 2;align-self:start}
        .cards .empty{order:1;align-self:start}
        svg.chart{display:block;width:100%;height:auto;margin-top:8px;touch-action:pan-y}
        \(drawing)
        details{margin-top:14px;background:var(--card);border:1px solid var(--grid);border-radius:10px}
        summary{cursor:pointer;padding:10px 14px;font-weight:600}
        .scroll{overflow-x:auto;padding:0 14px 12px;max-height:70vh}
        .panel.scroll{padding:6px 14px;max-height:none}
        .panel.scroll>h3{margin:6px 0}
        table{border-collapse:collapse;width:100%;font-size:14px}
        th,td{padding:4px 14px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
        tr:last-child td,tr:last-child th{border-bottom:0}
        thead th{position:sticky;top:0;background:var(--card);color:var(--muted);font-weight:600}
        th[scope=row]{font-weight:500;color:var(--muted)}
        .number{text-align:right;white-space:nowrap}
        td.value{overflow-wrap:anywhere;min-width:8em}
        .panel th[scope=row]{min-width:9em}
        .results th,.results td{white-space:nowrap}
        .results .apart{padding-left:14px}
        td.best{font-weight:700;color:var(--c2)}
        td.differs{font-weight:600}
        .swatch{display:inline-block;width:22px;height:0;border-top:3px solid currentColor;vertical-align:middle;\
        margin-right:8px}
        .swatch.dashed{border-top-style:dashed}
        .swatch.dotted,.swatch.mixed{border-top-style:dotted}
        .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:14px}
        @media (max-width:520px){h1{font-size:22px}.facts .lead{flex-basis:100%}\
        .facts dd{font-size:17px}figure,.empty{padding:10px}}
        @media print{body{background:none}figure,details{break-inside:avoid}}
        """

    /// Reads out the values below a pointer. The page says everything without it.
    static let script = """
        document.querySelectorAll('svg[data-plot]').forEach(function (svg) {
          var plot = svg.dataset.plot.split(' ').map(Number);
          var lines = Array.from(svg.querySelectorAll('.series')).map(function (group) {
            return {name: group.dataset.name, x: numbers(group.dataset.x), y: numbers(group.dataset.y)};
          }).filter(function (line) { return line.x.length; });
          var cursor = svg.querySelector('.cursor');
          var readout = svg.parentNode.querySelector('.readout');
          var still = readout.textContent;
          function numbers(text) { return text ? text.split(' ').map(Number) : []; }
          function nearest(values, wanted) {
            return values.reduce(function (best, value, index) {
              return Math.abs(values[best] - wanted) > Math.abs(value - wanted) ? index : best;
            }, 0);
          }
          function shown(value) {
            if (svg.dataset.percent) { return (100 * value).toFixed(2) + '\\u00a0%'; }
            return String(Number(value.toPrecision(4)));
          }
          function clear() {
            cursor.setAttribute('x1', -9);
            cursor.setAttribute('x2', -9);
            readout.textContent = still;
          }
          svg.addEventListener('pointerleave', clear);
          svg.addEventListener('pointermove', function (event) {
            if (!lines.length) { return; }
            var box = svg.getBoundingClientRect();
            var at = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
            var wanted = plot[2] + (at - plot[0]) / (plot[1] - plot[0]) * (plot[3] - plot[2]);
            var found = lines.map(function (line) { return line.x[nearest(line.x, wanted)]; });
            var x = found[nearest(found, wanted)];
            var place = plot[0] + (x - plot[2]) / (plot[3] - plot[2]) * (plot[1] - plot[0]);
            cursor.setAttribute('x1', place);
            cursor.setAttribute('x2', place);
            readout.textContent = svg.dataset.label + ' ' + Number(x.toPrecision(4)) + ': ' + lines.map(function (line) {
              return line.name + ' ' + shown(line.y[nearest(line.x, x)]);
            }).join(', ');
          });
        });
        """
}
