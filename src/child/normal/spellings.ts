import { compoundOf, secondSpelling } from './compounds.js'

/**
 * The spelling that stands for all spellings of a given name: `muhammad` for `mohammed`, `lilymae` for `lillymay`; a name of
 * one spelling is its own. Two names that share it are said alike and written differently, never two names.
 */
export function spellingOf(first: string): string {
  const compound = CANONICAL.has(first) ? undefined : compoundOf(first)
  return compound === undefined ? single(first) : single(single(compound.first) + secondSpelling(compound.second))
}

/** Groups of spellings, the one that stands for the group first. Frozen with the version of the normalisation. */
export const SPELLINGS: readonly (readonly string[])[] = `
aaliyah aliyah aliya aaliya alia aleah | aaron aron arron aaran aaren | abdullah abdulla abdallah abdalla |
abigail abigayle abigale abigael abbigail abigaile | adam aadam | ahmed ahmad ahmet | aidan aiden aidyn ayden aydan aydin aodhan |
ailbhe alva | aileen eileen | aimee amy ami amie aimie | aine anya | aisha ayesha aysha aishah ayisha aaisha aicha aisyah |
aisling ashling aislinn aislin aishling | alan allan allen alun alyn | alana alanna alannah allana allanah |
alasdair alastair alistair alister alaster allister | alesha aleesha alisha aleisha | alexander aleksander alexandre aleksandr alexandr |
alexandra aleksandra | alice alys alyce | alison allison alyson allyson | amber ambar | amelia ameliah amilia |
amelie emelie amely amelee | amina aminah aamina aaminah amena ameena | amir ameer aamir | ann anne |
annabel annabelle anabel anabelle annabell | anthony antony | aoife eefa | areeba ariba areebah | arian aryan aaryan arryan | arran aran |
arya aarya | ashley ashleigh ashlee ashlea ashlie ashly | asiya aasiya asiyah aasiyah | austin austen | ava avah | ayaan ayan aayan |
ayla aylah ayler | bailey bayley bailie baillie bayleigh baileigh | beatrix beatriks | bethany bethanie bethanny | bilal bilaal billal |
bonnie bonny | brian bryan | brianna breanna briana bryanna | bridget brigid brigit | bronwyn bronwen | brooke brook |
caelan kaelan caolan kaylan caylan kelan keelan | caitlin kaitlin katelyn kaitlyn caitlyn catelyn kaytlin caitlynn katelin |
callum calum kallum kalum callam | cameron kameron camron camran | caoimhe keeva kweeva caoimhie | carl karl | carla karla |
carter karter | casey kasey kacey kaci kacie kaycee caci kaysie | catrin katrin | catriona katriona caitriona catrina katrina |
cecilia cecelia | charley charlie charly charlee charleigh | charlotte charlott sharlotte | chelsea chelsey chelsie chelsy |
chloe khloe cloe kloe chlo | christian kristian cristian khristian | christina kristina cristina krystyna |
christopher kristopher cristopher kristofer christofer | ciara kiera keira kira ciera | ciaran kieran kieron keiran kieren kiaran cieran |
cillian killian kilian cilian | clare claire clair | cody codey codie kody kodi | cohen coen | colby kolby |
conor connor conner konnor konor connar | corey cory kory korey corie | courtney courtnay kourtney courteney | daithi dahi |
daniel danyel danial daniyel | danielle daniele danyelle | daniyal danyal danyaal daniyaal | darcy darcey darcie darci darsey |
darragh daragh dara darra darrah | darren darran darin | declan deklan declyn | delilah delila | demi demie demmi |
dylan dillon dillan dilan dylon | eesa isa eisa issa | eilidh ailidh eillidh ayleigh | eleanor elinor eleanore elenor ellenor elanor |
eliza elyza | elizabeth elisabeth elizabet elisabet | ella ellah | ellie elly elli elley | elliot elliott eliot eliott |
eloise elouise ellouise | elsie elsy elsey | emelia emilia | emily emilee emely emmily emiley | emma ema | eoin eoghan owen |
erin eryn erinn aerin | esme esmee esmae esmay esmai ezme ezmee ezmae ezmai | ethan ethen eathan | euan ewan ewen | evie evi evy eevie |
faith fayth | farah farrah | fatima fatimah fatema fatma faatima faatimah fathima | fay faye fae | fearne fern ferne fearn |
ffion ffionn | finlay finley findlay finnley fynley finly finnlay fynlay | finn fin fionn fynn fyn | fraser frazer frasier fraizer |
freddie freddy freddi | freya freyja freja freyah fraya | gabriel gabryel | gemma jemma | geoffrey jeffrey geoffery jeffery |
georgia jorja georja | georgie georgi jorgie | gracie gracey graci | graham graeme grahame | grainne grania granya | habiba habibah |
hadi haadi | hafsa hafsah hafza | hailey hayley haley hayleigh hailee haylee hailie haylie | halima halimah haleema |
hamza hamzah humza hamzaa | hanna hannah hana hanah | haris harris haaris harees hariss | haroon harun haroun | harrison harison |
harry harri harrie | hassan hasan | heidi heidy hiedi | hollie holly holli |
hussain hussein husain husayn hussayn husein hossain hossein | ibrahim ebrahim ibraheem ibrahem ebraheem abrahim | ilyas ilyaas |
imogen imogene immogen | inaya inayah inaaya inaayah enaya | iqra ikra | isaac isaak isac izaac issac izaak |
isabel isabelle isobel isabell isobelle izabel izabelle isabele ishbel issabel | isabella izabella isabela isobella izabela issabella |
ishaan ishan eshaan eshan | isla islah iyla ila islay | ismail ismaeel ismael ismaiel esmail | jack jac jak |
jackson jaxon jaxson jaxen jacson | jaden jayden jaydon jaiden jaydan jaidon jadon jaydn | jake jaik jayke | james jamesy jaymes |
jamie jamey jaime jaimie jayme | jasmine jasmin jazmin jazmine jasmyn jazmyn jasmyne | jason jayson jaeson | jay jai jaye |
jean gene jeane | jemima jemimah | jenna jena jennah | jennifer jenifer gennifer | jensen jenson jenzen | jeremy jeremey |
jessica jesica jessika jesika jessicca | joanna joana | john jon jonn | jonathan johnathan jonathon johnathon jonathen |
joseph josef josep jozef | joshua joshuah josua | josie josey josy | kai kye ky | justin justen justyn | kaleb caleb calib kayleb |
katherine catherine katharine catharine kathryn cathryn kathrine catheryn katheryn | kathleen cathleen kathlyn |
katie katy kati kaity caty | kayden kaden caden caiden kaiden cayden kaidan caidan kaydon | kayla kaylah kaila cayla |
kayleigh kaylee kayley kaylie kayli kaley kailee kaileigh caileigh | keeley keely keelie keeleigh | kelsey kelsie kelsea |
kenzie kenzi kensie kenzy | khadija khadijah khadeeja khadeejah khadiija khatija | kian cian kiaan keean |
kimberley kimberly kimberleigh | kirsty kirstie kersty kirsti | kyle kile kyl | kyra kyrah | lacey lacie laci lacy laycie laicey |
laiba laibah laaiba | laila layla leila leyla lailah laylah leyala layler | laoise leesha | lauren lauryn loren laurin lauran |
laurence lawrence laurens lawrance | leah lea lia | leighton layton leyton laighton | lena leena | leo leeo | lewis louis |
lexi lexie lexy lexey | liam lyam leam | libby libbi libbie | lila lilah lyla lylah | lilian lillian lilyan |
lily lilly lili lillie lilley | logan logen | lola lolah | lottie lotty lotti | luca luka lucca | lucas lukas loukas |
lucy luci lucie lucey | luke luc | lydia lidia lydiah | mackenzie mckenzie makenzie mackensie mackenzi | maddie maddi maddy |
maddison madison madyson madisyn | madeleine madeline madelaine madelyn madelynn madalyn | maeve meabh maebh maev mave meadhbh |
maha mahaa | mahdi mehdi | maisie maisy maisey maizie maizey mazie maisi | malachi malachy malakai malaki malakhi | marc mark |
marcus markus | margaret margret margarette | maria mariya mariyah | mariam maryam mariyam meryem maryum |
marianne maryanne marian maryann | martin martyn marten | mateusz matheusz | matilda mathilda mattilda | matthew mathew | max maks maxx |
maya mya myah maia mayah | megan meghan meagan meaghan megin | melissa mellissa melisa | mia miah meya | michael micheal mykel |
michaela mikaela mikayla michaella makayla mikaila | mikael mikaeel mikail mikaiel mikhail | mila milah meela | millie milly milli |
mohsin mohsen muhsin | molly mollie molli | morgan morgen morgyn |
muhammad mohammed mohamed mohammad muhammed mohamad mohammod muhamed muhamad mohamud mohamoud mahamed mahomed mahmed mohamet mohd |
musa moosa mussa mousa | mustafa mustapha mostafa moustafa mustafaa | natalie nathalie nataly natalee | natasha natascha |
nathan nathen naythan nathon | nevaeh neveah | neve niamh neave neive nieve | nicholas nicolas nikolas nickolas nicholaus |
nicola nichola nicolla | nicole nichole nikole | noah noa | noor nur nour | norah nora | nusaybah nusaiba nusaibah nusayba |
oisin osheen ushin | oliver olliver | olivia olyvia | olly ollie olli | omar umar omer umer | oonagh una oona |
orla orlagh orlaith orlah | oscar oskar | osman usman uthman othman usmaan uthmaan | ottilie ottelie | padraig padraic |
paige page payge | patrick patrik patric | peyton payton paiton | philip phillip filip philipp | philippa phillipa phillippa |
phoebe pheobe phebe pheebe | poppy poppie poppi | rachel rachael racheal rachell | rafael raphael rafal |
raihan rayhan rehan rayhaan rehaan | ralf ralph | rayaan rayan rayyan rayyaan reyan | rebecca rebekah rebeca rebekka rebeccah |
reece rhys reese rees reiss reis rhyss | reuben ruben rueben | rhea ria | rhianna rihanna rianna rhiana reanna |
rhiannon rhianon rhianan | rhodri rhodry | ricardo riccardo | riley reilly rylee ryley rylie rhiley rileigh | robert robbert |
robyn robin | rochelle rochel | roisin rosheen | roman romen | rory ruairi ruairidh ruari ruaridh ruaraidh rhuari | rosalie rosalee |
rosanna roseanna rosannah | rosanne roseanne roseann | rosie rosy rosey | roxanne roxane roxann |
ruqayyah ruqaiya ruqayya ruqaiyah ruqayah ruqaya ruqiya | ryan rian ryen rhyan | safa safaa safah |
safiya safiyyah safiyah safia safiyya saffiya | sam samm | samia samiya samiyah | samuel samual samuil | sana sanaa sanah |
saoirse saorise searsha | sara sarah saara sahra sarra | scarlett scarlet scarlette skarlett | sean shaun shawn shaune |
sebastian sabastian | seren seran | shannon shannen shanon | shauna shawna seana | shay shea shae shaye | sheryl cheryl cherryl sherryl |
sienna siena | sinead shinead | siobhan shivaun chevonne shevaun | siofra sheefra | skye skie | sofia sophia zofia sofya sophiya |
sophie sofie sophi sofi | stefan stephan stefen | stephanie stefanie stephenie stephany | stephen steven | stuart stewart |
sulaiman suleiman sulayman suleman suleyman sulaimaan | sumaya sumayyah sumaiya sumayya sumaiyah sumayah sumeya | susan suzan |
susanna susannah suzanna suzannah | sydney sidney | tadhg taig teague | taha taaha | talia thalia taliah |
tallulah talulah talula tallula | tamara tamera tamarah | tamsin tamzin tamsyn tamzyn tamzen | tara tarah | taylor tayler tailor |
teagan tegan teigan teegan | teddy teddie teddi | teresa theresa tereza | theo teo | tiana tianna tiahna | tiarnan tiernan tighearnan |
tilly tillie tilley tilli | toby tobey tobi tobie | tomas thomaz | tommy tommie tommi | tracey tracy traci tracie | tyler tylar tylor |
victor viktor wiktor | victoria viktoria wiktoria | vincent vinsent | vivian vivien vyvyan | vivienne vivianne | wasim waseem |
william wiliam | willow willo | yahya yahia yehya | yaseen yasin yassin yaasin | yasmin yasmine yasmeen yazmin |
yunus younus yunis younis yoonus | yusuf yousef youssef yousuf yusef yousaf yusif yousif yoosuf | zachariah zacharia |
zachary zachery zackary zakary zacary | zack zac zak zach | zahra zahrah zahraa | zaid zayd zaeed | zain zayn zane zaine zayne |
zainab zaynab zaineb zeinab zeynab zainabb | zakariya zakariyya zakaria zakariyah zakariyyah zakarya | zara zarah zaara |
zoe zoey zoie zowie | zubair zubayr zubeir
`
  .trim()
  .split(/\s*\|\s*/)
  .map((line) => line.split(' '))

const CANONICAL: ReadonlyMap<string, string> = new Map(
  SPELLINGS.flatMap((group) => group.map((one) => [one, group[0] ?? one] as const)),
)

function single(name: string): string {
  return CANONICAL.get(name) ?? name.replace(SERVANT_OF, 'abdul')
}

// `Abd al-Rahman`, `Abdur Rahman`, `Abdirahman`: the article is heard in the letter after it, and written in many ways.
const SERVANT_OF = /^abd(?:ou|[aeiou])(?:l|r(?=r)|(?=r))(?=[a-z]{3})/
