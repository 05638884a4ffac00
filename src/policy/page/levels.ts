import { html, type Markup, said } from '../../page/markup.js'
import type { Section } from '../../page/page.js'
import { plural } from '../../page/words.js'
import { describePoints } from '../explain/words.js'
import type { Policy } from '../policy.js'
import { decayPicture } from './decay.js'
import { type LevelInWords, levelsInWords, type RuleInWords } from './rules.js'

/** The levels from the highest down, each with its rule in English. */
export function levelsSection(policy: Policy): Section {
  const body = html`<p>A level is reached when its rule holds at any instant of the last ${plural(policy.horizonDays, 'day')} at which a check occurred, or now. The highest level that is reached is the verdict; below the lowest it is <b>none</b>. A window ends at the instant that is looked at.</p>
${levelsInWords(policy).map(levelCard).toReversed()}`
  return { id: 'levels', name: 'Levels', title: 'Levels, highest first', body }
}

function levelCard({ level: { name, threshold }, meaning, rules }: LevelInWords, index: number): Markup {
  return html`<article class="level ${threshold}" aria-labelledby="level-${index}"><h3 id="level-${index}">${name}</h3>
<p class="what">${meaning}</p>
<p class="when">Reached when</p>
<div class="rule">${listOf(treeOf(rules))}</div></article>
`
}

interface Branch {
  readonly rule: RuleInWords
  readonly members: Branch[]
}

/** Rules by depth as lists in lists. */
function treeOf(rules: readonly RuleInWords[]): readonly Branch[] {
  const roots: Branch[] = []
  const open: Branch[][] = [roots]
  for (const rule of rules) {
    const branch: Branch = { rule, members: [] }
    open[rule.depth]?.push(branch)
    open[rule.depth + 1] = branch.members
  }
  return roots
}

function listOf(branches: readonly Branch[]): Markup {
  return html`<ul>${branches.map(
    ({ rule: { path, words }, members }) =>
      html`<li id="${path}">${said(words)}${members.length === 0 ? undefined : ':'} <span class="path">${path}</span>${
        members.length === 0 ? undefined : listOf(members)
      }</li>`,
  )}</ul>`
}

/** What points are made of, and what two officers may judge. */
export function countingSection(policy: Policy): Section {
  const { decay, determination } = policy
  const sentences = describePoints(policy)
  const body = html`<ul>
<li>A check gives one observation for each of its indicators, and one for its incident.</li>
<li>A check that was withdrawn counts for nothing; one that is dated later than the instant looked at is not seen yet.</li>
${sentences.map(
  (sentence) => html`<li>${sentence}</li>
`,
)}${sentences.length === 0 ? html`<li>Points do not age and are not capped.</li>` : undefined}</ul>
${
  decay === undefined
    ? undefined
    : html`<figure><figcaption>Weight of an observation by its age</figcaption>${decayPicture(decay)}</figure>
`
}<h3>Determination</h3>
<p>${
    determination === undefined
      ? 'No officers may judge that a level is met which the checks do not reach.'
      : html`At <b>${determination.from}</b>, ${determination.officers} officers, each a different person, may judge that <b>${determination.to}</b> is met. Whoever is to receive the details is none of them.`
  }</p>
`
  return { id: 'counting', title: 'How it counts', body }
}
