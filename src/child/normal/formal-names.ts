/**
 * Formal given names and the short and pet forms that stand for them in the United Kingdom and Ireland, the likelier of
 * two formal names earlier. Public knowledge, checked against published lists of name pairs.
 */
export const FORMAL_NAMES: readonly string[] = `
matthew: matt matty mat | frances: fran frankie fanny francie frannie | edward: ed eddie ted teddy ned eddy | timothy: tim timmy timo |
tobias: toby | muhammad: mo | elizabeth: liz lizzie beth betty libby bess betsy elsie lisa bessie lizzy lilibet lisbeth ellie bet |
william: will bill billy liam willy willie wills wil billie | robert: rob bob robbie bobby bert rab rabbie bobbie robby |
thomas: tom tommy thom | alexander: alex al alec alick lex sandy xander zander sasha alexei sander eck |
alexandra: alex ally sandra sasha lexi sandy ola | samuel: sam sammy sammie | samantha: sam sammy sammie |
benjamin: ben benny benji benjy benj | daniel: dan danny danni dannie | charlotte: charley lottie char lotte |
charles: charley chas chaz chuck chip | katherine: kate kath kathy katie kit kitty kat kathie kay kaye kathi cathy cath catie |
eleanor: ellie nell nellie norah lennie | theodore: theo ted teddy | joseph: joe joey jo jody seph | josephine: jo josie joey posy fifi |
michael: mike mick micky mickey mikey mickie | nicholas: nick nicky nico nik klaus col | nicola: nicky nikki nic nicki nicol |
joshua: josh | james: jim jimmy jamie jem jimmie jay jimbo | john: jack johnny jock jackie johnnie jonny |
jonathan: john jonny jonty johnny jono | richard: rick dick rich richie ricky dickie ritchie rik ric |
francesca: fran frankie chess cesca frannie chessie | francis: frank frankie fran | christopher: chris kit topher kris christy |
christina: chris chrissy chrissie tina christy | patrick: pat paddy pad packie patsy |
patricia: pat tricia trish patsy patti patty paddy | andrew: andy drew andi | anthony: tony ant anto | george: georgie geordie |
georgina: georgie gina george | isabella: izzy bella belle issy | isabel: izzy bel belle bella issy tibby | amelia: millie |
emily: em emmy emmie millie emm | margaret: maggie meg peggy daisy mags madge marge margie greta peg rita megan maisie maggy |
jessica: jess jessie jessy | rebecca: becky beck becca becks bex becki beckie | stephen: steve stevie ste steph | henry: harry hal hank |
harriet: hattie hatty hettie etta | harold: harry hal | frederick: fred freddie | louise: lou lulu |
olivia: liv livvy livvie olly libby via livi | oliver: olly oli noll | jacob: jake jay jakey | abigail: abby abbie abi abbey abbi gail |
alfred: alfie alf alfy fred freddie | albert: albie alby bert bertie al | madeleine: maddie mads lena |
matilda: tilly tilda matty mattie | rosemary: rosie romy rose ro | victoria: vicky tori vikki vicki tory vix toria viki queenie |
natasha: tash nat tasha | natalie: nat nattie | philip: phil pip | philippa: pippa pip pippy | peter: pete petey pet |
ronald: ron ronnie | david: dave davey davie dai davy | gabriella: gabby gabi gabbie | gabriel: gabe gab | maximilian: max |
abdullah: abdul | abraham: abe | adam: addy | adelaide: addie addy | agnes: aggie nessie | aileen: eily | aimee: ames | alan: al |
alasdair: ali | alice: ali ally | alison: ali ally allie | amanda: mandy manda | ambrose: amby |
anastasia: ana stacey stacy tasia nastya aine | andrea: andie andi drea | angela: angie ange | angelica: angie | anita: nita |
ann: annie nan nancy | anna: annie aine ania nan | annabel: bella belle annie | antoni: antek tolek | antonia: toni tonia |
arabella: ara | archibald: archie archy | arthur: art artie arty | augusta: gussie | augustus: gus augie |
barbara: barb barbie babs barbs basia | barnaby: barney | bartholomew: bart barty | bartosz: bartek | beatrice: bea bee trixie bice bibi |
beatrix: bea trixie trix | benedict: ben benny | bernadette: bernie detta | bernard: bernie barney | bethany: beth | bradley: brad |
brandon: bran | brendan: bren | bridget: bridie biddy bridgie | bronwyn: bron | caitlin: cait cat | callum: cal | cameron: cam cammy |
camilla: millie cam | carolina: caro lina | caroline: caro carrie caz | cassandra: cass cassie sandra | catriona: cat cate triona trina |
cecilia: cece celia cissy | cecily: cis cissy | chloe: clo | christian: chris | christine: chrissy chrissie tina | ciaran: kier |
clement: clem | clementine: clem clemmie | clifford: cliff | clive: cli | constance: connie | cordelia: delia cordy |
cornelius: con neil | cynthia: cindy | damian: damo | daniella: dani danni | danielle: dani danni danny | deborah: deb debbie debs debby |
debra: deb debbie | delilah: lila | delyth: del | dennis: den denny | derek: del derry | diana: di dee | diane: di | dominic: dom nic |
dominik: dom | donald: don donnie | dorothea: dora thea dot | dorothy: dot dottie dolly dotty dorrie | douglas: doug dougie duggie |
duncan: dunc | dylan: dyl | ebenezer: eben | edgar: ed eddie | edith: edie ede eadie | edmund: ed eddie ned ted | elena: lena ellie |
elias: eli | ellen: nell nellie | elliot: ell | elspeth: elsie elspie | emanuel: manny | emma: em emmie emmy ems | emmanuel: manny manu |
eoin: owie | ernest: ernie | esmeralda: esme | ethan: eth | eugene: jean | eugenie: genie | eva: evie | evangeline: evie angie |
eve: evie | evelyn: eve | ezekiel: zeke | ezra: ez | fatima: fati | felicity: fliss flick flis | ferdinand: ferdie | finlay: finn |
fiona: fi fee | flora: flo florrie | florence: flo flossie florrie flor | francisco: paco pancho | franciszek: franek | franklin: frank |
fraser: fraz | frederic: fred freddie | frederica: freda | gabrielle: gabby gabi gabbie | gareth: gaz gary | gary: gaz | gavin: gav |
geoffrey: geoff jeff | georgia: georgie | gerald: gerry ged jerry | geraldine: gerry | gerard: gerry ged | gilbert: gil bert gib |
gillian: gill gilly jill | giovanni: gianni | grace: gracie | graham: gray | gregory: greg gregg | gruffudd: gruff griff |
gruffydd: gruff griff | guinevere: gwen | gwendoline: gwen gwennie wendy | gwenllian: gwen gwenno llio | hanna: han | harrison: harry |
harvey: harv | heather: hev | helen: nell nellie nelly lena | henrietta: hettie etta hetty hen | herbert: herbie herb | hermione: hermie |
hester: hettie hetty | hilary: hil | howard: howie | hugh: hughie huw shug | humphrey: humph | ibrahim: ibby | ignatius: iggy |
imogen: immy imo midge | ingrid: inga | irene: rene | isaac: zack ike izzy | isadora: dora | jacqueline: jackie jacqui jacky |
jakub: kuba | jamila: mila | jane: janie jenny janey | janet: jan jenny jess | janice: jan | jasmine: jas jaz jazz min | jason: jase jay |
jasper: jas | jean: jeannie jeanie | jemima: jem mima jemmy mimi | jennifer: jen jenny jenni jennie jenna | jeremiah: jerry jez jem |
jeremy: jez jerry | jerome: rome | jessamine: jess | joanna: jo joanne joey | jocelyn: joss jos | jordan: jord jordy | joyce: joy |
judith: judy jude judi | julia: jules | julian: jules jools | juliana: jules | justin: just | karen: kaz | kasper: kas |
katarzyna: kasia | kathleen: kath kathy kate | keith: keithy | kelvin: kel | kenneth: ken kenny | kenzie: kenz | kevin: kev |
kimberley: kim kimmy | kirsten: kirsty | lachlan: lachie lachy | laura: laurie lolly | lauren: loz | laurence: larry laurie lol loz |
lennox: len lenny | leonard: len lenny lennie | leonardo: leo | leonie: leo | leopold: leo | leslie: les | lewis: lew lewie lou louie |
lilian: lily lil | liliana: lily lil | llewelyn: llew | lorraine: lori rain | louisa: lou lulu | lucas: luke | lucille: lucy |
lucinda: lucy cindy cinda | lucy: lu lulu luce | luke: lukey | lydia: lyd liddy | lynette: lyn | mackenzie: mac mack kenzie |
macsen: macs | maddison: maddie | magdalena: magda maggie | magnus: mags | malachi: mal mally | malcolm: mal mally malky |
malgorzata: gosia | marc: marky | marcus: marc | margarita: rita | mariam: mimi | mariana: mari | marianne: mari | marie: mimi |
marilyn: mari lyn | marjorie: marge margie | martha: marty mattie | martin: marty mart | mary: molly polly moll mamie | mateusz: mati |
maureen: mo | maurice: mo morris | maverick: mav | maxwell: max | maximus: max | mccauley: mac | melanie: mel | melissa: mel lissa missy |
melvin: mel | meredith: merry | michaela: mickey micky kayla | michelle: shell chelle mich | miranda: mandy randy mira |
miriam: mim mirri | mitchell: mitch | montague: monty | montgomery: monty | moses: moe | muireanne: muiri | myfanwy: myf | myrtle: myrt |
nadine: nad | nancy: nan | naomi: nomi | natalia: nat talia natasha nata | nathan: nate | nathaniel: nate nathan | neil: neily |
nerys: ner | nicole: nicky nikki nic nicki coco | nigel: nige | nikita: nikki nik | nikodem: niko nik | norah: norrie | norman: norm |
octavia: tavy tavi | oluwadamilola: dami lola | oluwaseun: seun | oscar: oz ozzy | oswald: oz ozzy | otto: ott | padraig: paddy padge |
paisley: pais | pamela: pam pammy | parker: park | patience: pat | paul: pauly | paula: polly | paulina: lina | pauline: polly |
penelope: penny pen poppy pip | percival: percy | persephone: persie percy seph | phoebe: phebs pheebs | phyllis: phyl | piotr: piotrek |
priscilla: cilla prissy | prudence: pru prue | rachel: rach rae ray shelley | rafael: raf raph rafe rafi | rafferty: raff raf rafe |
ralf: ralphie ralphy | randolph: randy | raymond: ray | reginald: reg reggie | reuben: ben | rhiannon: rhi | rhodri: rhods | riley: ri |
roberta: bobbie robbie | roberto: rob berto | roderick: rod rory roddy rick | rodney: rod | roger: rodge | roland: roly rolly |
roman: rom | romilly: romy | ronan: ro | rory: ro | rosalie: rosie rose | rosalind: ros roz rosie lindy | rosamund: ros roz |
roxanne: roxy roxie | rudolph: rudy | rupert: rup | russell: russ | ruth: ruthie | ryan: ry | sabrina: brina | saffron: saffy saffie |
salome: sal | sandra: sandy | sara: sally sal sadie | saskia: sass | scarlett: scar letty lettie | sebastian: seb baz bas bastian sebby |
selina: lina | seren: ren | serena: rena | shannon: shan | sharon: shaz shazza | sheila: shell | shirley: shirl | sienna: sisi |
silas: si | simon: si sim | simone: mona | sinead: shin | siobhan: shiv | sofia: sophie soph fia zosia | sophie: soph | stacey: stace |
stanislaw: stas staszek | stanley: stan | stephanie: steph stevie steffi | stuart: stu stewie | sullivan: sully |
susan: sue susie suzy suzie sukie | susanna: sue susie suzy anna | suzanne: sue suzy suzie | sydney: sid syd | sylvester: sly vester |
sylvia: syl | szymon: szymek | tabitha: tabby tabs | tamara: tammy tam | tamsin: tam tammy | tatiana: tania tanya tati | taylor: tay |
teodor: theo | terence: terry tel | teresa: tess terry tessa tessie | thaddeus: tad thad | theodora: thea teddy dora theo |
thomasina: tommy | torquil: tor | travis: trav | trevor: trev | tristan: tris | tyler: ty | tymoteusz: tymek | tyrone: ty |
ursula: ursie | valentina: val tina | valerie: val | vanessa: ness nessa nessie | verity: vee | veronica: ronnie vera vee nica |
victor: vic vick wiktorek | vincent: vin vinnie vince vinny | viola: vi | violet: vi vivi lettie letty | virginia: ginny ginnie |
vivian: viv | vivienne: viv | wallace: wally | walter: wally walt wat | warren: waz | wendy: wend | wilfred: wilf wilfie will |
wilhelmina: billie minnie willa | willem: wim | winifred: winnie freda win | winston: win | wojciech: wojtek | xavier: xav xavi zave |
yolanda: yola | yusuf: yus | zachariah: zack | zachary: zack | zuzanna: zuzia zuza
`
  .trim()
  .split(/\s*\|\s*/)
