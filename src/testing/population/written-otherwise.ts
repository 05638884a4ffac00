import type { SeededRandom } from '../random.js'

/** Other ways in which a name is written or said. Each answers with undefined where there is no other way. */
export type Rewriting = (name: string, random: SeededRandom) => string | undefined

/** A slip at the keyboard: a letter too many, too few, a neighbouring key, two letters swapped. */
export const withSlip: Rewriting = (name, random) => {
  const letters = [...name]
  const places = letters.flatMap((letter, i) => (/\p{L}/u.test(letter) ? [i] : []))
  if (places.length < 3) return undefined
  const at = random.pick(places)
  const letter = letters[at] as string
  const key = neighbourOf(letter, random)
  const chance = random.next()
  if (chance < 0.25) return letters.toSpliced(at, 1).join('')
  if (chance < 0.5) {
    const from = at + 1 < letters.length ? at : at - 1
    const [first, second] = letters.slice(from, from + 2) as [string, string]
    return changed(name, letters.toSpliced(from, 2, inCaseOf(first, second), inCaseOf(second, first)).join(''))
  }
  if (key === undefined) return letters.toSpliced(at, 0, letter).join('')
  return letters.toSpliced(at, chance < 0.75 ? 1 : 0, key).join('')
}

/** A spelling that sounds the same. */
export const soundingAlike: Rewriting = (name, random) => {
  const rules = SOUNDS.filter(([from]) => from.test(name))
  if (rules.length === 0) return undefined
  const [from, to] = random.pick(rules)
  return changed(name, likeFirst(name, name.replace(from, to)))
}

/** A short or pet form of a given name. */
export const nickname: Rewriting = (name, random) => {
  const forms = NICKNAMES.get(name)
  return forms === undefined ? undefined : random.pick(forms)
}

/** Without accents, as old systems write. */
export const withoutMarks: Rewriting = (name) => {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[łŁıøØđĐ]/g, (letter) => PLAIN[letter] ?? letter)
  return changed(name, plain)
}

/** Another spelling in the Latin alphabet of a name that is written in another one. */
export const otherTransliteration: Rewriting = (name, random) => {
  const words = name.split(/(?=[ -])/)
  const at = words.findIndex((word) => TRANSLITERATIONS.has(word.replace(/^[ -]/, '')))
  const word = words[at]?.replace(/^[ -]/, '')
  if (word === undefined) return undefined
  const others = (TRANSLITERATIONS.get(word) ?? []).filter((spelling) => spelling !== word)
  return words.with(at, (words[at] as string).replace(word, random.pick(others))).join('')
}

/** A family name whose prefix is joined, parted, spelt out or left out. */
export const prefixOtherwise: Rewriting = (name, random) => {
  const found = PREFIXES.find(([prefix]) => prefix.test(name))
  if (found === undefined) return undefined
  const [prefix, others] = found
  return changed(
    name,
    name.replace(prefix, random.pick(others)).replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()),
  )
}

/** One half of a double-barrelled name. */
export const halfOf: Rewriting = (name, random) => {
  const halves = name.split('-')
  return halves.length === 2 && halves.every((half) => half.length >= 3) ? random.pick(halves) : undefined
}

function changed(before: string, after: string): string | undefined {
  return after === before ? undefined : after
}

/** With a capital in front where the other had one. */
function likeFirst(before: string, after: string): string {
  return /^\p{Lu}/u.test(before) ? after.charAt(0).toUpperCase() + after.slice(1) : after
}

function inCaseOf(letter: string, other: string): string {
  return /\p{Lu}/u.test(letter) ? other.toUpperCase() : other.toLowerCase()
}

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']

function neighbourOf(letter: string, random: SeededRandom): string | undefined {
  const small = letter.toLowerCase()
  const row = ROWS.findIndex((keys) => keys.includes(small))
  const at = ROWS[row]?.indexOf(small) ?? 0
  const keys = [ROWS[row]?.[at - 1], ROWS[row]?.[at + 1], ROWS[row - 1]?.[at], ROWS[row + 1]?.[at]]
  const near = keys.filter((key) => key !== undefined)
  if (row < 0 || near.length === 0) return undefined
  const key = random.pick(near)
  return inCaseOf(letter, key)
}

const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/ph/i, 'f'],
  [/f(?!f)/i, 'ph'],
  [/c(?=[aou])/i, 'k'],
  [/k(?=[aou])/i, 'c'],
  [/ck/i, 'k'],
  [/c(?=[ei])/i, 's'],
  [/(?<=[aeiou])s(?=[aeiou])/i, 'z'],
  [/z/i, 's'],
  [/y$/i, 'ie'],
  [/ie$/i, 'y'],
  [/ey$/i, 'y'],
  [/(?<=[^aeiou])y(?=[^aeiou])/i, 'i'],
  [/ee/i, 'ea'],
  [/ea/i, 'ee'],
  [/ai/i, 'ay'],
  [/ei/i, 'ie'],
  [/([lnrst])\1/i, '$1'],
  [/(?<=[aeiou])([lnrt])(?=[aeiou])/i, '$1$1'],
  [/ah$/i, 'a'],
  [/(?<=[nrl])a$/i, 'ah'],
  [/th(?=$|[^aeiou])/i, 't'],
  [/wh/i, 'w'],
  [/sch/i, 'sh'],
  [/(?<=[a-z])e$/i, ''],
]

const PLAIN: Readonly<Record<string, string>> = { ł: 'l', Ł: 'L', ı: 'i', ø: 'o', Ø: 'O', đ: 'd', Đ: 'D' }

const PREFIXES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^Mac(?=\p{Lu})/u, ['Mc', 'Mac ']],
  [/^Mc(?=\p{Lu})/u, ['Mac', 'Mc ', "M'"]],
  [/^O'/, ['O', 'O ', 'O’', '']],
  [/^Al-/, ['Al ', 'Al', '', 'El-']],
  [/^El-/, ['El ', 'El', '', 'Al-']],
  [/^St-/, ['St ', 'St. ', 'Saint-']],
  [/^N'/, ['N', 'N ']],
]

const TRANSLITERATIONS: ReadonlyMap<string, readonly string[]> =
  groups(`Muhammad Mohammed Mohamed Mohammad|Yusuf Yousuf Yusef Youssef Yousef|
  Ibrahim Ebrahim Ibraheem|Aisha Ayesha Aysha Aishah|Fatima Fatimah Fatema|Hussain Hussein Husain Husayn|Ahmed Ahmad|Zainab Zaynab Zeinab|Khadija Khadijah
  Khadeeja|Umar Omar Umer|Maryam Mariam Meryem|Rahman Rehman|Chowdhury Choudhury Chaudhry Choudhry|Sheikh Shaikh Sheik|Siddiqui Siddiqi Siddique|Mahmood
  Mahmoud Mehmood|Qureshi Quraishi|Layla Leila Laila Leyla|Khalid Khaled|Tarek Tariq Tareq|Yasmin Yasmeen Jasmin|Abdullahi Abdulahi|Mohamud Mahamud
  Mohamoud|Farah Faarah|Abdirahman Abdurahman Abdul-Rahman|Hodan Hodaan|Tesfaye Tesfay|Noor Nour Nur|Zayn Zain Zane|Bilal Belal|Hamza Hamzah|Hafsa
  Hafsah Hafza|Sumaiya Sumaya Sumayyah|Mustafa Mostafa|Hassan Hasan|Al-Hassan Al-Hasan|Samira Sameera|Khan Kahn|Ali Aly|Nguyễn Nguyen|Zhang Chang|
  Huang Hwang|Sandhu Sandhoo|Dhillon Dhillan|Gurpreet Gurprit|Lakshmi Laxmi|Krishnan Krishnen|Mehmet Mehmed|Hosseini Husseini|Nadia Nadiya|Sofia Sofiya
  Sophia|Julia Yulia|Katarzyna Katarina|Wiktoria Victoria Viktoria|Oluwaseun Seun|Oluwadamilare Damilare|Kwame Kwami|Ousmane Usman`)

const NICKNAMES: ReadonlyMap<string, readonly string[]> = new Map(
  `Oliver:Ollie,Olly Olivia:Liv,Livvy Amelia:Millie,Amy Charlotte:Charlie,Lottie Florence:Flo,Florrie Sophie:Soph Matilda:Tilly,Mattie Harriet:Hattie
  Jessica:Jess,Jessie Alice:Ali Emily:Em,Emmy Imogen:Immy Beatrice:Bea,Bee Eleanor:Ellie,Nell,Nora Abigail:Abby,Gail Megan:Meg Katie:Kate Rosalind:Ros,Rosie
  Bethany:Beth Georgina:George,Georgie,Gina Tabitha:Tabby Martha:Mattie George:Georgie Arthur:Art,Archie Harry:Haz Archie:Arch Henry:Harry,Hal Charlie:Chaz
  Freddie:Fred Theodore:Theo,Ted,Teddy Thomas:Tom,Tommy Alfie:Alf Jacob:Jake Edward:Ed,Eddie,Ted William:Will,Billy,Bill,Liam Reuben:Ben James:Jim,Jamie,Jimmy
  Joseph:Joe,Joey Samuel:Sam,Sammy Daniel:Dan,Danny Benjamin:Ben,Benji Louis:Lou Sebastian:Seb Elliot:Ell Lewis:Lew Nathaniel:Nat,Nathan Zachary:Zach,Zac
  Gabriel:Gabe Joshua:Josh Bradley:Brad Catriona:Cat,Triona Alasdair:Al,Ali Lachlan:Lachie Gwenllian:Gwen Angharad:Hari Myfanwy:Myf Gruffudd:Gruff,Griff
  Llewelyn:Llew Pádraig:Paddy Tadhg:Tad Caoimhe:Keeva Zuzanna:Zuzia,Zuza Zofia:Zosia Hanna:Hania Małgorzata:Gosia,Małgosia Katarzyna:Kasia Agnieszka:Aga
  Wiktoria:Wika Gabriela:Gabi Jakub:Kuba Wojciech:Wojtek Stanisław:Staszek Bartosz:Bartek Mateusz:Mati Oluwaseun:Seun Oluwadamilare:Dare,Dami Temitope:Temi,Tope
  Folasade:Sade Babatunde:Tunde Ayodele:Ayo Abdirahman:Abdi Muhammad:Mo Mohammed:Mo Ibrahim:Ibby Khadija:Dija Gurpreet:Gopi Siddharth:Sid Karthik:Kart Alexander:Alex,Xander
  Christopher:Chris Rafael:Rafa Beatriz:Bia Joaquín:Quim`
    .split(/\s+/)
    .map((line) => line.split(':') as [string, string])
    .map(([name, forms]) => [name, forms.split(',')] as const),
)

function groups(text: string): ReadonlyMap<string, readonly string[]> {
  const spellings = text.split('|').map((group) => group.trim().split(/\s+/))
  return new Map(spellings.flatMap((group) => group.map((spelling) => [spelling, group] as const)))
}
