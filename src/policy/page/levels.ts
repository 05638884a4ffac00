import { describePoints, plural, type RuleLine, ruleLines } from '../explain/words.js'
import type { Level, Policy, Threshold } from '../policy.js'
import { decayPicture } from './decay.js'
import { html, type Markup } from './markup.js'

const THRESHOLD_WORDS: Readonly<Record<Threshold, string>> = {
  none: 'No threshold of the law',
  'child-in-need': 'Children Act 1989, section 17: a child in need',
  'child-protection': 'Children Act 1989, section 47: reasonable cause to suspect significant harm',
}

/** The levels from the highest down, each with its rule in English. */
export function levelsSection(policy: Policy): Markup {
  const cards = policy.levels.map((level, index) => levelCard(policy, level, index)).toReversed()
  return html`<section aria-labelledby="levels"><h2 id="levels">Levels, highest first</h2>
<p>A level is reached when its rule holds at any instant of the last ${plural(policy.horizonDays, 'day')} at which a check occurred, or now. The highest level that is reached is the verdict; below the lowest it is <b>none</b>. A window ends at the instant that is looked at.</p>
${cards}</section>
`
}

function levelCard(policy: Policy, { name, threshold, opens, reachedWhen }: Level, index: number): Markup {
  const opened = opens.length === 0 ? 'Opens no details' : `Opens the sealed details: ${opens.join(' and ')}`
  return html`<article class="level ${threshold}" aria-labelledby="level-${index}"><h3 id="level-${index}">${name}</h3>
<p class="what">${THRESHOLD_WORDS[threshold]}. ${opened}.</p>
<p class="when">Reached when</p>
${nested(ruleLines(policy, reachedWhen), `levels[${index}].reachedWhen`)}</article>
`
}

interface Branch {
  readonly text: string
  readonly members: Branch[]
}

/** Lines by depth as lists in lists. */
function nested(lines: readonly RuleLine[], path: string): Markup {
  const root: Branch = { text: '', members: [] }
  const open: Branch[] = [root]
  for (const { depth, text } of lines) {
    const branch: Branch = { text, members: [] }
    open.length = depth + 1
    open.at(-1)?.members.push(branch)
    open.push(branch)
  }
  return html`<div class="rule" data-path="${path}">${listOf(root.members)}</div>`
}

function listOf(branches: readonly Branch[]): Markup {
  return html`<ul>${branches.map(
    ({ text, members }) => html`<li>${text}${members.length === 0 ? undefined : html`:${listOf(members)}`}</li>`,
  )}</ul>`
}

/** What points are made of, and what two officers may judge. */
export function countingSection(policy: Policy): Markup {
  const { decay, determination } = policy
  const sentences = describePoints(policy)
  return html`<section aria-labelledby="counting"><h2 id="counting">How it counts</h2>
<ul>
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
  }</p></section>
`
}
