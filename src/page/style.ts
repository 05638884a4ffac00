/** The look of every page: no font, picture or file from elsewhere. Dark where the reader's device is; white on paper. */
export const STYLE: string = `
:root{color-scheme:light dark;--ink:#17202a;--soft:#51606e;--paper:#fff;--panel:#f4f6f8;--line:#d3dae1;--link:#0b4f8a;
--need:#8a5a00;--need-wash:#fff6e3;--harm:#9b1c1c;--harm-wash:#fdeeee;--calm:#1f6f4a;--calm-wash:#e9f6ef;--mark:#0b4f8a}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#a3b1be;--paper:#12181e;--panel:#1b232b;--line:#34404b;
--link:#8cc4ff;--need:#f2c063;--need-wash:#2d2413;--harm:#ff9d9d;--harm-wash:#341a1c;--calm:#7fd6a8;--calm-wash:#14291f;--mark:#8cc4ff}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
body>header,main,body>footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
body>header{padding-top:2.5rem}
h1,h2,h3{line-height:1.2;text-wrap:balance}
h1{font-size:2rem;margin:.2rem 0 .75rem;overflow-wrap:anywhere}
h2{font-size:1.4rem;margin:3rem 0 .75rem;padding-top:.75rem;border-top:2px solid var(--ink)}
h3{font-size:1.1rem;margin:1.5rem 0 .5rem}
p,li{max-width:46rem}
p{margin:.5rem 0}
a{color:var(--link)}
ul,ol{padding-left:1.25rem;margin:.5rem 0}
code,.hash{font:.88em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.kicker{color:var(--soft);font-size:.85rem;letter-spacing:.06em;text-transform:uppercase;margin:0}
.lead{font-size:1.15rem}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;border:2px solid var(--link);z-index:1}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.notice{border:1px solid var(--need);border-left:.4rem solid var(--need);background:var(--need-wash);padding:.75rem 1rem;margin:1.25rem 0;max-width:48rem}
.notice p{margin:.25rem 0}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.25rem;margin:1.25rem 0}
dl.facts dt{color:var(--soft)}
dl.facts dd{margin:0;min-width:0}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0}
.scroll{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;font-weight:600;padding:.5rem 0;font-size:1.05rem}
th,td{border:1px solid var(--line);padding:.45rem .6rem;text-align:left;vertical-align:top}
thead th{background:var(--panel)}
th[scope=row]{font-weight:600}
.small{max-width:46rem}
.number{text-align:right;font-variant-numeric:tabular-nums}
.more{color:var(--soft);font-size:.9em}
.flag,.severity{display:inline-block;border:1px solid currentColor;border-radius:.2rem;padding:0 .35rem;font-size:.8em;line-height:1.5;color:var(--mark);white-space:nowrap}
.flag.significant-harm,.severity.error{color:var(--harm)}
.flag.statutory-need,.severity.warning{color:var(--need)}
.flag.vulnerability,.severity.accepted{color:var(--soft)}
.open{border-left:.4rem solid var(--need);background:var(--need-wash);padding:.5rem 1rem;max-width:48rem}
.good{border-left:.4rem solid var(--calm);background:var(--calm-wash);padding:.5rem 1rem;max-width:48rem}
figure{margin:1rem 0}
figcaption{font-weight:600}
svg{width:100%;max-width:42rem;height:auto}
svg text{fill:var(--soft);font:12px system-ui,sans-serif}
svg .grid{stroke:var(--line)}
body>footer{margin-top:3rem;padding-bottom:3rem;color:var(--soft);font-size:.9rem}
@media (max-width:44rem){
h1{font-size:1.6rem}
dl.facts{grid-template-columns:1fr;gap:0}
dl.facts dd{margin-bottom:.6rem}
}
@media print{
:root{--ink:#000;--soft:#444;--paper:#fff;--panel:#f4f4f4;--line:#bbb;--link:#000;--need:#6b4500;--need-wash:#fff;--harm:#7a0000;--harm-wash:#fff;--calm:#0b4f2f;--calm-wash:#fff;--mark:#000}
body{font-size:10pt}
nav,.skip{display:none}
.notice,tr,figure,article{break-inside:avoid}
h2,h3,caption{break-after:avoid}
.scroll{overflow:visible}
thead{display:table-header-group}
a{text-decoration:none}
}
`
