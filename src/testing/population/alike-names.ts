/** Given names that different children of one family bear although one is easily taken for the other. */
export interface AlikeNames {
  readonly family: readonly string[]
  /** Two names for two children each, of one sex. */
  readonly pairs: readonly (readonly [string, string])[]
}

function pairs(text: string): readonly (readonly [string, string])[] {
  return text
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const [one = '', other = ''] = pair.split('/')
      return [one.replaceAll('_', ' '), other.replaceAll('_', ' ')]
    })
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

/** One letter apart, a rhyme, the same beginning: all of them names that parents give. */
export const ALIKE: readonly AlikeNames[] = [
  {
    family:
      words(`Smith Jones Taylor Bradshaw Whittaker Hargreaves Lockwood O'Connor McKenzie Llewellyn Barraclough Clarke
      Ashworth-Reid Fenwick Holroyd Campbell`),
    pairs:
      pairs(`Ella/Ellie Ella/Bella Jayden/Kayden Jayden/Hayden Ava/Eva Ava/Ada Amelia/Emelia Amelia/Emilia Ellie/Elsie Mia/Maya
      Lily/Lola Lily/Millie Molly/Holly Polly/Molly Isla/Ayla Isla/Iris Evie/Edie Poppy/Polly Zara/Sara Zara/Lara Freya/Freda
      Hannah/Anna Anna/Annie Lena/Lana Leah/Leia Orla/Isla Layla/Kayla Jack/Zack
      Jack/Jake Harry/Larry Harry/Barry Alfie/Archie Alfie/Albie Ronnie/Reggie Bobby/Robby Tommy/Timmy Max/Mac Max/Mack Toby/Tony
      Luke/Luca Luca/Lucas Noah/Nora Leo/Theo Leo/Léon Theo/Thea Dylan/Rylan Ethan/Nathan Ethan/Evan Evan/Ewan
      Logan/Rogan Mason/Jason Jaxon/Paxton Liam/Liam-James Connor/Conan Finn/Flynn Aiden/Caiden
      Samuel/Manuel Aaron/Darren Adam/Aidan Eloise/Louise Elise/Elisa Eliza/Elise Marie/Maria Mary/Maisy Maisie/Daisy
      Daisy/Daisie-Mae Rosie/Rosa Rose/Rosie Amy/Emmy Emma/Emmie Emma/Gemma Chloe/Cleo Katie/Kitty Kelly/Kylie Kyle/Kyla
      Colin/Corin Brandon/Brendan Ryan/Bryan Rian/Rhian Jody/Judy Joan/Jean June/Jane Lauren/Laurel`),
  },
  {
    family: words('Adeyemi Okafor Balogun Adebayo Ogunleye Eze Mensah Boateng Diallo Sesay'),
    pairs:
      pairs(`Oluwaseun/Oluwaseyi Oluwadamilare/Oluwadamilola Oluwatobi/Oluwatoni Oluwafemi/Oluwayemi Oluwakemi/Oluwayemi
      Taiwo/Taiye Temitope/Temitayo Temidayo/Temitayo Ayodele/Ayokunle Chidi/Chike Chioma/Chisom Chinedu/Chidi
      Adaeze/Adaora Adanna/Adaora Nkechi/Nneka Ikenna/Ifeanyi Kwame/Kwabena Akua/Akosua Efua/Esi Abena/Adwoa Mamadou/Amadou
      Fatou/Fanta Mariama/Mariam Kehinde/Kehinde-Ola Ebele/Ebere Obinna/Obioma`),
  },
  {
    family: words('Khan Ahmed Hussain Ali Malik Rahman Chowdhury Al-Hassan El-Sayed Mohamud Farah Haddad'),
    pairs:
      pairs(`Hassan/Hussain Hasan/Hussein Hamid/Hamed Rana/Rania Hiba/Hira Aisha/Aasiya Amina/Amira Amna/Amina Noor/Noora
      Nur/Nura Yusuf/Yunus Musa/Isa Ayaan/Rayan Zayn/Zayd Zain/Zaid Hamza/Hamzah-Ali Umar/Ammar Omar/Ammar Bilal/Hilal
      Safa/Marwa Safa/Safiya Halima/Salima Salma/Salwa Layla/Laila-Noor Huda/Hanan Farhan/Farhad Imran/Kamran Adeel/Aqeel Saif/Asif
      Jamal/Kamal Jamil/Kamil Khalid/Walid Hodan/Hodo Liban/Labaan Abdirahman/Abdirahim Abdul_Rahman/Abdul_Rahim`),
  },
  {
    family: words('Patel Singh Kaur Sharma Shah Gill Sandhu Krishnan Das Reddy'),
    pairs:
      pairs(`Harpreet/Harleen Gurpreet/Gurdeep Jaspreet/Jasleen Manpreet/Mandeep Harjit/Baljit Rohan/Rohit Rahul/Rohan Amit/Ajit
      Arjun/Arun Aarav/Aarush Dev/Devan Priya/Riya Diya/Riya Isha/Nisha Anika/Anita Kavya/Navya Aanya/Ananya Meera/Heera Vihaan/Vivaan
      Krish/Krishna Ravi/Ravin Lakshmi/Lakshita`),
  },
  {
    family: words('Nowak Kowalski Wiśniewski Wójcik Zieliński Kamińska Popescu Kazlauskas Ionescu'),
    pairs: pairs(
      `Julia/Julita Hanna/Anna Hania/Ania Maja/Kaja Lena/Helena Jakub/Kuba Jan/Janusz Adam/Adrian 
      Kacper/Kasper Mateusz/Tadeusz Michał/Michalina Łukasz/Lucjan Maria/Mariola Marta/Maria Katarzyna/Karolina Andrei/Adrian Ioana/Oana
      Ieva/Eva Rūta/Rita Tomas/Domas`,
    ),
  },
  {
    family: words('Wong Chan Zhang Huang Nguyễn Trần Leung Kim'),
    pairs: pairs(
      `Wei/Lei Wei/Mei Jun/Jin Xinyi/Xinyu Yuxin/Yuxi Haoran/Haoyu Zihao/Zihan Jia-Yi/Jia-Li Ka-Ho/Ka-Hei Wing-Yan/Wing-Yi 
      Chun-Kit/Chun-Kin Minh/Linh Ngọc/Ngân Minjun/Minjae Hyejin/Hyemin Haruto/Haruki Sakura/Sakuya`,
    ),
  },
  {
    family: words('Иванов Петренко Ковальчук Димитров'),
    pairs: pairs('Анна/Яна Мария/Марина Дарья/Марья Олег/Олесь Максим/Марк Иван/Илья Настя/Ася Даніїл/Данило'),
  },
  { family: words('الحسن خان حداد'), pairs: pairs('حسن/حسين سارة/سمرة أحمد/حامد نور/نورة عمر/عمار ليلى/ليان') },
  { family: words('王 李 陳 张'), pairs: pairs('明/鸣 小明/小红 子涵/子萱 浩然/浩宇 嘉怡/嘉儀 伟/偉明') },
]

/** A boy and a girl: one name is the other with an ending. */
export const BOY_AND_GIRL: readonly (readonly [string, string])[] =
  pairs(`Alexander/Alexandra Daniel/Danielle George/Georgia
  George/Georgina Gabriel/Gabriella Gabriel/Gabrielle Louis/Louise Joseph/Josephine Patrick/Patricia Charles/Charlotte Michael/Michaela
  Samuel/Samantha Paul/Paula Eric/Erica Robert/Roberta Henry/Henrietta Frederick/Frederica Oliver/Olivia Nicholas/Nicola Christian/Christina
  Julian/Juliana Adrian/Adriana Ivan/Ivana Kamil/Kamila Amir/Amira Karim/Karima Jamil/Jamila Samir/Samira Nadir/Nadira Rashid/Rashida
  Aryan/Arya Mario/Maria Dario/Daria Andrea/Andreea Harry/Harriet Theo/Thea Noah/Nora Leon/Leona Emil/Emilia Simon/Simone Martin/Martina
  Viktor/Viktoria Valentin/Valentina Stefan/Stefania Александр/Александра Иван/Иванна أمير/أميرة كريم/كريمة`)

/** Twins of whom one bears what is a pet form, a stem or another form of the other's name. */
export const FORM_OF_ANOTHER: readonly (readonly [string, string])[] =
  pairs(`Jack/John Jack/Jackson Harry/Henry Harry/Harold Ellie/Eleanor
  Ellie/Elizabeth Elizabeth/Isabel Betty/Elizabeth Lily/Elizabeth Kate/Catherine Katie/Kathryn Molly/Mary Polly/Mary Maisie/Margaret Daisy/Margaret
  Nancy/Anne Sally/Sarah Charlie/Charles Ted/Edward Teddy/Theodore Alex/Alexander Sasha/Alexander Bill/William Liam/William Will/Bill Bobby/Robert
  Robin/Robert Rory/Roderick Sam/Samuel Ben/Benjamin Dan/Daniel Tom/Thomas Josh/Joshua Jess/Jessica Beth/Bethany Becky/Rebecca Abby/Abigail
  Maggie/Margaret Meg/Margaret Tess/Theresa Jamie/James Jim/James Sean/John Ian/John Evan/John Hamish/James Ania/Anna Zosia/Zofia Kuba/Jakub Kasia/Katarzyna Pepe/José Paco/Francisco Vanya/Ivan Misha/Michael Yusuf/Joseph Musa/Moses Ibrahim/Abraham`)

/** Made-up names that no list of names holds, one letter apart. */
export const RARE: readonly (readonly [string, string])[] = pairs(
  `Zayvion/Xayvion Kaelith/Raelith Tavian/Davian Brynleigh/Brynleigha 
  Auralie/Auralia Jorvik/Torvik Saphyra/Zaphyra Kyzen/Ryzen Ellowyn/Allowyn Maverleigh/Haverleigh Odhrin/Odhran Temperlee/Emperlee Zephyrin/Zephyrine
  Lunarae/Lunarai Tolvan/Tolven Nyxara/Nyxaria`,
)

/** Two children who share their first given name and are called by the second. */
export const SHARED_FIRST: readonly (readonly [string, string])[] =
  pairs(`Muhammad_Hassan/Muhammad_Hussain Muhammad_Ali/Muhammad_Umar
  Mohammed_Yusuf/Mohammed_Yunus Mary_Kate/Mary_Ann Maria_Anna/Maria_Ewa Syed_Ahmad/Syed_Hamad John_Paul/John_Peter Noor_Fatima/Noor_Amina
  Abdul_Hadi/Abdul_Wahid Wing_Yan/Wing_Yi Jean_Luc/Jean_Marc Oluwa_Seun/Oluwa_Tobi`)

/** Two children with the same given names in another order. */
export const OTHER_ORDER: readonly (readonly [string, string])[] =
  pairs(`Lily_Rose/Rose_Lily Grace_Mae/Mae_Grace James_Thomas/Thomas_James
  Anna_Maria/Maria_Anna Ali_Hassan/Hassan_Ali Kofi_Yaw/Yaw_Kofi Jan_Adam/Adam_Jan Arjun_Dev/Dev_Arjun`)

/** What registers write for a child who has no name yet, and for its twin. */
export const NOT_YET_NAMED: readonly (readonly [string, string])[] = pairs(
  'Baby/Baby Baby_Girl/Baby_Girl Baby_Boy/Baby_Girl Twin_One/Twin_Two Baby_One/Baby_Two Infant/Infant Baby/Baby_B',
)

/** Given names that are family names as well. */
export const GIVEN_AND_FAMILY: readonly string[] =
  words(`Taylor Jordan Morgan Thomas James Harrison Kelly Murray Fraser Cameron Hassan
  Hussain Ali Khalid Malik Ibrahim Warsame Farah Ahmed Rahman Santos Rafael Nikolas Kumar`)
