/** Names that go together; the first in each list are the most frequent ones. */
export interface Community {
  /** How many of a thousand families. */
  readonly permille: number
  readonly female: readonly string[]
  readonly male: readonly string[]
  readonly family: readonly string[]
  /** Whether people with one name only occur. */
  readonly singleNames?: boolean
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

// Family names that are also words of a policy or of an agency's title are left out: whoever searches a hub's files for
// the names of the people in it would find the words.

const english: Community = {
  permille: 560,
  female:
    words(`Olivia Amelia Isla Ava Lily Freya Evie Poppy Florence Willow Elsie Sophie Grace Charlotte Daisy Phoebe Matilda Ruby
    Harriet Jessica Alice Emily Zoë Chloë Imogen Beatrice Lucy Martha Eleanor Abigail Megan Lily-Mae Ella-Rose Gracie-Mae Jasmine
    Katie Paige Lauren Esme Thea Rosalind Amber Holly Molly Bethany Anne-Marie Georgina Hattie Iris Tabitha`),
  male: words(`Oliver George Arthur Noah Leo Harry Oscar Archie Jack Henry Charlie Freddie Theodore Thomas Alfie Jacob Edward William
    Albie Reuben Tommy James Joseph Samuel Daniel Benjamin Louis Ralph Jude Toby Stanley Sebastian Elliot Frankie Harvey Lewis
    Alfie-James Tommy-Lee Callum Nathaniel Zachary Rupert Gabriel Jenson Kian Ellis Bradley Joshua Ethan Caleb`),
  family:
    words(`Smith Jones Taylor Wilson Thompson Robinson Wright Walker Hughes Edwards Turner Jackson Harrison Clarke Cooper Bennett
    Atkinson Bradshaw Hargreaves Holroyd Ashworth Barraclough Sutcliffe Entwistle Ollerenshaw Pemberton Wetherby Thackeray Garside
    Butterworth Kershaw Fairbrother Pickering Ainsworth Hollingworth Trelawney Penhaligon Tregenza Nancarrow Goldsworthy Sheppard
    Whittaker Ramsbottom Lockwood Bickerstaff Dunstable Hemsworth Longstaff Mottershead Postlethwaite Rawcliffe Satterthwaite
    Tattersall Winterbottom Yardley Cholmondeley Featherstone Gathercole Heathcote Kitchener Fenwick Ridley Dodds Charlton`),
}

const scottish: Community = {
  permille: 50,
  female: words('Isla Skye Eilidh Ailsa Mirren Iona Catriona Kirsty Morven Rhona Shona Fiona Mhairi Islay Lorna'),
  male: words('Finlay Angus Hamish Callum Rory Fraser Lachlan Ewan Ruaridh Struan Alasdair Murray Gregor Blair Innes'),
  family:
    words(`MacDonald McKenzie Campbell Stewart Fraser McLeod Sinclair MacGregor McIntyre Buchanan Drummond Farquharson Galbraith
    Urquhart Colquhoun McAllister Dalrymple Kirkpatrick`),
}

const welsh: Community = {
  permille: 45,
  female: words('Seren Cerys Ffion Siân Carys Nia Mali Efa Lowri Angharad Bronwen Gwenllian Eleri Catrin Myfanwy'),
  male: words('Dylan Osian Rhys Macsen Harri Ifan Gethin Llewelyn Tomos Iolo Geraint Siôn Emrys Gruffudd Aneurin'),
  family: words(
    'Davies Evans Llewellyn Morgan Griffiths Pritchard Probert Bowen Gwilym Cadwallader Prosser Vaughan Maddocks',
  ),
}

const irish: Community = {
  permille: 45,
  female: words('Aoife Niamh Saoirse Róisín Caoimhe Ciara Gráinne Orla Sinéad Bríd Clodagh Éabha Máire Siobhán Dervla'),
  male: words('Conor Seán Oisín Cillian Pádraig Tadhg Declan Eoin Fionn Darragh Cormac Ruairí Séamus Donnacha Ronan'),
  family:
    words(`O'Connor O'Neill Murphy Kelly O'Brien McCarthy Gallagher O'Sullivan Doherty McLaughlin O'Reilly Brennan Fitzgerald
    McGrath O'Shaughnessy Geraghty McDonagh Heffernan`),
}

const southAsianMuslim: Community = {
  permille: 75,
  female:
    words(`Aisha Fatima Maryam Zainab Hafsa Inaya Noor Ayesha Safa Khadija Sumaiya Anisa Iqra Hira Mahnoor Rabia Sadia Tahmina
    Nusrat Rukhsana Shirin Zara`),
  male: words(`Muhammad Mohammed Yusuf Ibrahim Musa Ayaan Zayn Hamza Bilal Rayyan Ismail Umar Haris Adeel Faisal Imran Junaid Kashif
    Shahid Tariq Rakib Tanvir`),
  family:
    words(`Khan Ahmed Hussain Begum Ali Malik Iqbal Akhtar Mahmood Chowdhury Uddin Miah Rahman Qureshi Siddiqui Bhatti Choudhry
    Javed Rashid Sheikh Mirza Bibi Khatun Islam Butt Raja`),
  singleNames: true,
}

const indian: Community = {
  permille: 55,
  female:
    words(`Aanya Diya Anika Priya Kavya Saanvi Meera Isha Lakshmi Nandini Riya Shreya Harleen Simran Jasleen Gurpreet Manpreet
    Navneet Sandhya Thushara Abirami`),
  male: words(`Aarav Arjun Vihaan Rohan Krish Dev Nikhil Aditya Karthik Rahul Siddharth Vikram Gurdeep Harjit Jaspal Amrit Balraj
    Kuldeep Senthil Prakash Nirmal`),
  family:
    words(`Patel Sharma Singh Kaur Shah Gupta Reddy Iyer Nair Mehta Desai Joshi Chauhan Gill Dhillon Sandhu Sidhu Bains Grewal
    Krishnan Sivakumar Ramanathan Kumar Das Banerjee`),
  singleNames: true,
}

const westAfrican: Community = {
  permille: 40,
  female:
    words(`Adaeze Chioma Ngozi Ifeoma Temitope Folasade Oluwaseun Yetunde Abena Akosua Efua Adjoa Fatoumata Mariama Aminata
    Ebele Titilayo Bukola`),
  male: words(`Chidi Emeka Obinna Kelechi Babatunde Oluwadamilare Ayodele Segun Kwame Kofi Kwabena Yaw Mamadou Ousmane Sekou Tunde
    Ikenna Femi`),
  family:
    words(`Okafor Adeyemi Okonkwo Eze Nwosu Adebayo Ogunleye Balogun Oyelaran Mensah Boateng Owusu Asante Agyeman Diallo Traoré
    Koné Kamara Sesay N'Diaye`),
}

const eastAfrican: Community = {
  permille: 20,
  female: words('Hodan Ifrah Sagal Hibo Fadumo Deqa Selam Bethlehem Eden Makeda Wanjiku Akinyi Nakato Chipo Tendai'),
  male: words(
    'Abdirahman Liban Guled Mahad Abdi Warsame Yonas Dawit Tesfay Haile Kamau Otieno Mugisha Tafadzwa Tatenda',
  ),
  family: words(
    'Mohamud Warsame Farah Abdullahi Jama Hersi Tesfaye Gebremedhin Bekele Kariuki Odhiambo Nabirye Moyo Chikwanha Ndlovu',
  ),
  singleNames: true,
}

const caribbean: Community = {
  permille: 25,
  female: words(
    "Shanice Tiana Aaliyah Keisha Amara Renée Jada Nevaeh Shantelle Ebony Tamara Kezia Monique D'Arcy Leilani",
  ),
  male: words("Tyrese Malachi Jermaine Dwayne D'Andre Kymani Marlon Rio Tremaine Isaiah Jerome Delroy Omari Zion Levi"),
  family: words(
    'Campbell Blackwood Pinnock Samuels Beckford Lindo Gayle Facey Brathwaite Sobers Cumberbatch St-Louis Baptiste Dacosta',
  ),
}

const polish: Community = {
  permille: 35,
  female: words(
    'Zuzanna Julia Maja Zofia Hanna Oliwia Małgorzata Katarzyna Agnieszka Wiktoria Gabriela Ieva Rūta Andreea Ioana',
  ),
  male: words(
    'Jakub Szymon Kacper Łukasz Michał Wojciech Antoni Stanisław Bartosz Paweł Mateusz Lukas Jonas Andrei Ștefan',
  ),
  family:
    words(`Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Dąbrowski Kozłowski Jankauskas Kazlauskas
    Popescu Ionescu Munteanu`),
}

const arabic: Community = {
  permille: 18,
  female: words('Layla Salma Yasmin Rania Huda Noura Lina Amal Dalia Samira Hanan Zahra Shirin Parisa Ruqayya'),
  male: words('Omar Khalid Karim Ziad Walid Mustafa Yousef Tarek Samir Abdulrahman Rami Anas Farhad Dilshad Navid'),
  family: words(
    'Al-Hassan El-Sayed Haddad Al-Masri Mansour Nasser Khoury Saleh Abdallah Al-Rashid Boutros Hosseini Barzani Ahmadi',
  ),
  singleNames: true,
}

const turkish: Community = {
  permille: 12,
  female: words('Elif Zeynep Ayşe Defne Esra Gül Büşra Özlem Çiğdem Sevgi Eleni Despina'),
  male: words('Emre Mehmet Burak Can Ömer Uğur Çağlar Barış Murat Serkan Andreas Stavros'),
  family: words('Yilmaz Kaya Demir Çelik Şahin Öztürk Aydın Doğan Georgiou Charalambous Papadopoulos'),
}

const chinese: Community = {
  permille: 12,
  female: words('Mei Xinyi Yuxin Jia-Yi Wing-Yan Hoi-Ching Linh Thuy Ngọc Maricel Hyejin Sakura'),
  male: words('Wei Haoran Zihao Jun Ka-Ho Chun-Kit Minh Tuấn Quang Jomar Minjun Haruto'),
  family: words('Wong Chan Cheung Leung Zhang Huang Nguyễn Trần Ng Santos-Reyes Nakamura Ouyang'),
}

const iberian: Community = {
  permille: 8,
  female: words('Inês Lucía Beatriz Matilde Carmen Sofía Mariana Thaís Begoña Ximena Giulia Élodie'),
  male: words('João Diego Tiago Mateo Gonçalo Íñigo Rafael Thiago Joaquín André Luca Étienne'),
  family: words(
    'Silva Ferreira Oliveira Gonçalves Fernández Muñoz García Rodríguez Magalhães Esposito Ferrari Lefèvre',
  ),
}

/** The families of one invented authority: public knowledge about names in the United Kingdom, and nobody's details. */
export const COMMUNITIES: readonly Community[] = [
  english,
  scottish,
  welsh,
  irish,
  southAsianMuslim,
  indian,
  westAfrican,
  eastAfrican,
  caribbean,
  polish,
  arabic,
  turkish,
  chinese,
  iberian,
]
