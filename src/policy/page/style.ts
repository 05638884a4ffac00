/** The look of what only the page of a policy has. */
export const STYLE: string = `
.level{border:1px solid var(--line);border-left:.4rem solid var(--calm);background:var(--panel);padding:.25rem 1.25rem .75rem;margin:1rem 0}
.level.child-in-need{border-left-color:var(--need)}
.level.child-protection{border-left-color:var(--harm)}
.level h3{margin:.75rem 0 .25rem;font-size:1.2rem}
.level .what{color:var(--soft);margin:0}
.level .when{font-weight:600;margin:.75rem 0 0}
.rule ul{margin:.25rem 0}
.rule li{margin:.35rem 0}
.path{font:.72rem ui-monospace,Menlo,Consolas,monospace;color:var(--soft);white-space:nowrap}
.rule li:target,.finding:target{background:var(--need-wash)}
.sign{max-width:46rem}
.matrix th[scope=row]{width:9rem;overflow-wrap:anywhere}
.matrix td{min-width:11rem}
.matrix td ul{list-style:none;margin:0;padding:0}
.matrix td li+li{margin-top:.5rem;padding-top:.5rem;border-top:1px dotted var(--line)}
.matrix .s3{background:color-mix(in srgb,var(--need-wash) 60%,transparent)}
.matrix .s4{background:color-mix(in srgb,var(--harm-wash) 75%,transparent)}
.empty .none{color:var(--soft)}
.finding{border:1px solid var(--line);padding:.5rem 1rem;margin:.75rem 0}
.finding h4{margin:.25rem 0;font-size:.95rem}
.finding caption{font-size:.9rem;color:var(--soft);font-weight:400}
.sets td:nth-child(4){min-width:16rem}
.sets td div+div{margin-top:.35rem;padding-top:.35rem;border-top:1px dotted var(--line)}
.small td:nth-child(-n+2),.small td:last-child{white-space:nowrap}
.small td:nth-child(3),.small td:nth-child(4){min-width:11rem}
.finding .scroll{margin:.25rem 0}
.finding .scroll table{max-width:60rem}
svg .step{fill:none;stroke:var(--mark);stroke-width:2.5}
svg .area{fill:var(--mark);opacity:.12}
.sign{margin:1rem 0}
.sign td{height:2.75rem;min-width:8rem}
@media (max-width:44rem){
.matrix,.matrix tbody,.matrix tr,.matrix td,.matrix th[scope=row],.matrix caption{display:block;width:auto}
.matrix thead{position:absolute;left:-99rem}
.matrix tr{border:1px solid var(--line);margin-bottom:1rem}
.matrix th[scope=row],.matrix td{border:0;min-width:0;width:auto}
.matrix th[scope=row]{background:var(--panel)}
.matrix td.empty{display:none}
.matrix td::before{content:attr(data-label);display:block;color:var(--soft);font-size:.85rem;margin-bottom:.25rem}
}
@media print{
.level,.finding{break-inside:avoid}
.matrix td,.small td:nth-child(n),.sets td:nth-child(n){min-width:0;white-space:normal}
}
`
