/**
 * Given names of children in the United Kingdom and Ireland that lists of names made elsewhere leave out: Welsh, Irish and
 * Scottish Gaelic, pet forms that are registered as names, and spellings of names from the communities that live here.
 * Public knowledge; nobody's record. Normalised when the table is made.
 */
export const BRITISH_NAMES: readonly string[] = `
Aled Aneirin Aneurin Angharad Arianwen Arwel Arwen Awel Bedwyr Beca Begw Betrys Betsan Blodwen Branwen Briallen Bronwen Bronwyn Bryn
Brynn Cadell Cadi Cadno Caio Carwyn Caryl Carys Casi Catrin Celt Celyn Ceri Cerian Cerys Ceurwyn Cian Clwyd Crisiant Dafydd Dai
Deian Deiniol Delun Delyth Dewi Dilwyn Dion Dwynwen Dyfan Dyfed Dyfri Dylan Ebrill Efa Efan Efrog Eifion Eilir Einion Eira Eirian
Eirlys Eirwen Elan Eleri Elfyn Elgan Elian Elin Elinor Elis Eluned Elwyn Emlyn Emrys Emyr Enfys Enlli Erin Eryn Esyllt Eurig
Euros Ewan Fflur Ffion Ffionn Geraint Gethin Glain Glenys Glesni Glyn Glyndwr Greta Griff Gruff Gruffudd Gruffydd Guto Gwen
Gwenan Gwenfair Gwenlli Gwenllian Gwenno Gwern Gwil Gwilym Gwion Gwyn Gwyneth Gwynfor Hafwen Hari Harri Haf Hawys Heledd Hefin
Heulwen Hopcyn Huw Hywel Iago Idris Iestyn Ieuan Ifan Ifor Illtyd Indeg Ioan Iolo Iori Iorwerth Ioela Islwyn Iwan Jac Jencyn
Leusa Lili Lisabeth Lleucu Llew Llewelyn Llewellyn Llinos Llion Lloyd Llyr Llywelyn Loti Lowri Lwsi Lyn Macs Macsen Madog Magi
Mabli Maelgwn Mair Mali Malan Manon Mared Marged Mari Martha Math Medi Medwyn Megan Meic Meilir Meilyr Meinir Meirion Meleri Menna
Meredydd Meurig Mihangel Mirain Miriam Moi Moli Morgan Morfudd Morus Myfanwy Myrddin Nannw Nansi Nant Nel Neli Nerys Nest Nesta
Nia Non Now Ocean Olwen Osian Osh Owain Owen Penri Prys Rhian Rhiannon Rhianwen Rhiain Rhodri Rhonwen Rhun Rhuddian Rhydian
Rhys Rhosyn Sali Sara Sela Selyf Seren Sian Sioned Sionedd Sion Sulwen Swyn Taliesin Tanwen Tegan Tegwen Tegid Tegwyn Teifi Teifion
Tirion Tomi Tomos Trefor Tudur Tudor Twm Wil Wiliam Wren Ynyr Ynys Ywain
Aibhilin Aideen Ailbhe Ailin Ailish Aine Aisling Aislinn Ailbe Aoibhe Aoibhin Aoibhinn Aoibheann Aoife Aodhan Aodh Ardal Art
Bairre Banba Barra Bebhinn Blaithin Blathnaid Brandubh Breandan Breffni Brian Bridin Brid Brighid Brogan Bronagh Cadhla Cahal
Cahir Cait Caitlin Calum Caoilinn Caoilfhionn Caoimhe Caoimhin Caolan Caolain Cara Cathair Cathal Catriona Ceallach Cealan Cian
Cianan Ciar Ciara Ciaran Cillian Clodagh Cliona Cliodhna Colm Colman Comgall Conall Conan Conchobar Conchur Conlaoch Conn Conor
Cora Cormac Croia Cuan Cuilan Dabhog Daibhi Daire Daithi Damhnait Dara Darach Daragh Darragh Deaglan Dearbhla Dearbhaile Declan
Derbhla Dervla Diarmaid Diarmuid Doireann Domhnall Donal Donncha Donnacha Donagh Dubhaltach Eabha Eadaoin Ealga Eamon Eamonn
Earnan Eavan Eibhlin Eidin Eilis Eilidh Eimear Eimhear Eimhir Eimile Eireann Eirinn Eithne Emer Enda Eoghan Eoin Erin Esha Ethna
Eunan Fainche Faolan Fechin Fedelma Feargal Feargus Felim Ferdia Ferdiad Fergal Fergus Fia Fiach Fiachna Fiachra Fiadh Fineen
Finn Finnian Fintan Fionan Fionn Fionnuala Fionntan Gearoid Gobnait Grainne Grania Iarla Iarlaith Iarlath Iomar Ionatan Isibeal
Jarlath Kaela Keelan Keelin Keeva Kevin Kian Killian Laoise Laoiseach Laoghaire Lasair Liadan Liadh Lile Lochlan Lochlann Loclan
Lonan Lorcan Luan Lugh Mael Maebh Maeve Mairead Maire Mairin Mairtin Malachy Maoilios Maolisa Meabh Meabhdh Meadhbh Micheal Muireann
Muirin Muiris Murrough Naoise Neasa Neassa Niall Niamh Nollaig Nora Nuala Odhran Odran Oisin Oisine Oonagh Oona Oran Orla Orlagh
Orlaigh Orlaith Osgar Padraic Padraig Padraigin Paidi Peadar Phelim Rian Riain Riona Roisin Ronan Ros Rory Ruadhan Ruairi Ruari
Ruairc Ruarc Sadhbh Sadbh Saoirse Saorla Saorlaith Seadhna Seamus Sean Searlait Senan Seoirse Seosamh Setanta Shea Shay Sheelin
Sibeal Sile Sinead Siobhan Siofra Siomha Siun Sorcha Sorley Suibhne Tadhg Tadgh Teagan Teige Tiarna Tiarnan Tierna Tiernan Tighearnan
Toirdhealbhach Tomas Treasa Turlough Uilliam Uinseann Ultan Una
Ailsa Aila Ailidh Alasdair Alastair Alistair Alister Allan Angus Aonghas Archie Arran Athol Beathan Blair Bonnie Cairn Caelan Calan
Callan Callum Cameron Camran Catriona Ceitidh Coll Corrie Craig Davie Deòiridh Domhnall Dougal Douglas Dougie Drew Duncan Eachann
Eilean Eilidh Eillidh Elspeth Euan Ewen Farquhar Fearghas Fergus Finlay Finley Findlay Fionnlagh Forbes Fraser Frazer Frasier
Gavin Gillespie Gillies Glen Gordon Graeme Grant Greer Gregor Grigor Hamish Harris Heather Iain Innes Iona Iomhar Isla Islay Isobel
Ishbel Jamesina Jura Keir Kenneth Kirsty Kirstin Kyle Lachie Lachlan Leòdhas Lennox Lewis Lorne Mairi Mairead Malcolm Marsaili
Maisie Mhairi Mirin Mirren Morag Morna Morven Muireall Muir Munro Murdo Murray Neilina Niall Nairn Ossian Rabbie Ramsay Ranald
Rannoch Rhona Rhuaridh Roddy Roderick Rona Ronan Rory Ross Rowan Roy Ruairidh Ruaraidh Ruaridh Ruraidh Seonaid Senga Shona Skye
Sheumais Somhairle Sorley Stewart Stuart Struan Tavish Torquil Torrin Tormod Una Uisdean
Abi Abbie Ada Addie Aggie Albie Alby Alec Alf Alfie Alfy Algernon Allegra Ally Allie Araminta Arlo Arlie Artie Audley Austen Autumn Barnaby Barney Bea
Beatrix Beau Bella Bertie Bertram Betsy Bettie Birdie Blossom Bluebell Blythe Bobbie Bobby Bonny Brody Bryony Buddy Buttercup Cassie
Cecily Cecil Charley Clementine Clemmie Clover Clover Connie Constance Cordelia Cosima Cosmo Crispin Daffodil Dax Debs Delilah
Demelza Denny Dexter Digby Dinah Dolcie Dolcey Dollie Dolly Dot Dottie Dotty Dougie Drake Dulcie Eadie Eady Eddie Eden Edie Edith
Effie Eliza Ellery Elodie Elowen Elsa Elspet Emmie Emmy Ernie Erroll Esmae Esmai Esmay Esmee Esmie Etta Ettie Euan Evangeline Everly
Evie Faye Fearne Fearn Felicity Fenella Fenton Fern Ferne Fitz Fleur Flo Flora Florence Florrie Flossie Flynn Frankie Freddie
Freddy Freya Freyja Frieda Fynn Fynley Gaia Genevieve Georgie Gertie Ginnie Gus Gwendoline Hal Hallie Harley Harriette
Hattie Hatty Heath Hector Henrietta Herbie Hermione Hester Hettie Hetty Honey Honor Hughie Hugo Humphrey Huxley Ike Imogen Imogene
Inigo Iris Isadora Isolde Ivo Ivor Jago Jasper Jemima Jenna Jenson Jensen Jessamy Jimmie Jimmy Jobe Jolyon Jonjo Jonty Jorgie Josie Jowan
Jowan Jude Juno Kaiden Kayden Keanu Keira Kenna Kenver Kensa Kerensa Kerenza Kitto Kit Kitty Lacey Lacie Laurie Layton Lenny Leyton Lexi Lexie Libbie
Libby Lila Lilah Lilibet Lillia Lily Locryn Lola Lottie Lotty Lowen Lowenna Loveday Lowena Luella Lulu Mabel Maddie Maddox Maggie Maisy Margot Marnie
Matilda Maud Maude Mawgan May Meryn Merryn Merrin Mimi Minnie Millie Milly Milo Mimi Minty Moira Monty Montgomery Morwenna Mylo Myla Mylah Myles Nancy
Nell Nellie Neve Neave Neive Neville Nico Ned Nola Octavia Odette Olive Ollie Olly Oona Oriel Orson Oscar Otis Ottilie Ottoline Otto
Paddy Paloma Pascoe Pearl Peggy Penny Penelope Percival Percy Perran Perrin Perrie Peregrine Petal Petroc Petra Pippa Pixie Polly Poppi Poppie Poppy
Posy Posie Primrose Prudence Quentin Quinn Raff Rafe Raife Rafferty Ralf Ralph Ralphie Ralphy Reggie Reggi Rex Roe Romey Romilly Romy
Ronnie Roo Rosabel Rosalie Roscoe Rosie Rosina Rowena Roxie Ruben Rudy Rufus Rupert Sennen Senara Saffron Saskia Scarlett Seb Sid Sidney
Sienna Sonny Sorrel Stan Stanley Summer Sunny Tabitha Tallulah Talan Tamsin Tamsyn Tamzin Tamzyn Tarquin Tate Ted Teddie Teddy Tegen Thea Theo
Thomasina Tilda Tilley Tillie Tilly Tobias Toby Tommie Tommy Topsy Trixie Tristan Tryphena Tulisa Venetia Verity Violet Vinnie
Vivienne Wilbur Wilf Wilfie Wilfred Willa Willow Wilma Winifred Winnie Woody Xanthe Zac Zack Zak Zena Zelah Zennor Zinnia
Aadam Aaila Aaira Aairah Aaisha Aaishah Aaliya Aamina Aaminah Aamir Aaqib Aariz Aarya Aasiya Aasiyah Aayan Aayat Aayra Aayah Abbas
Abdallah Abdirahman Abdul Abdullah Abdulaziz Abdulhadi Abdulkarim Abdullahi Abdulqadir Abdurrahman Abdurraheem Abubakar Abubakr Aarib Aaron
Affan Afsana Ahmed Ahmad Ahsan Aiman Aima Aimen Aiza Aizah Ajmal Ajwa Akeem Alayna Aleena Aleesha Aleeza Alesha Aliza Alishba Alishbah Alisha Aliyah Almas Amaan Amaanah Amaani Amaara
Amal Amana Amanah Amani Amara Amarah Ameen Ameena Ameer Ameera Ameerah Amelie Amena Amina Aminah Amira Amirah Ammaar Ammar Ammara Ammarah Anabia Anaaya
Anaya Anayah Aneesa Aneesah Anisa Anisah Anum Aqib Aqsa Areeb Areeba Areej Arfa Arham Arisha Arshia Arslan Arwa Asad Asma Asiya Asiyah Atif
Awais Ayaan Ayah Ayan Ayat Ayesha Ayisha Ayman Ayra Ayub Ayyub Azaan Azan Azka Azra Azlan Bareera Basit Bilal Bilaal Burhan Bushra
Daanish Daanyaal Daniyal Danyaal Danyal Dawood Dawud Dayyan Dua Duaa Ebrahim Eesa Eesah Ehsan Eliza Eman Emaan Emaani Ermina Eshaal
Eshal Esha Essa Eshan Ezaan Faaris Faatima Faatimah Fahad Fahim Faiz Faiza Faizan Faizah Falak Faria Fariha Faris Fatema Fatiha Fatima
Fatimah Fatma Fawad Filza Fizza Furqan Ghulam Habib Habiba Habibah Hadi Hadia Hadiya Hadiyah Hafsa Hafsah Hafiz Haider Hajra Hajrah
Halima Halimah Hamaad Hamad Hamida Hamza Hamzah Hana Hanaa Hanaan Hanan Haneef Hania Haniya Haniyah Hanzala Hareem Harees Haris Harith Haroon Haroun Harun
Hasan Hasnain Hassan Hawa Hawwa Haya Hayaa Hayat Hiba Hibah Hidayah Hira Hooria Hooriya Hoor Humaira Humayra Humza Huda Husna Hussain Hussein
Huzaifa Huzaifah Ibraheem Ibrahim Idrees Idris Ifrah Ifra Ihsan Ikhlas Ikram Ilyas Ilyaas Iman Imaan Imaani Imad Imran Inaaya Inaayah Inaya Inayah
Insha Iqra Irfan Isa Isah Isaac Ishaaq Ishaq Ismaeel Ismael Ismail Israr Issa Iyla Iylah Iyra Izaan Izhaan Izna Izzah Jamal Jamil Jannah
Jannat Jasir Jawad Jibreel Jibril Juwairiya Juwairiyah Juwayriyah Kaamil Kaif Kamil Kareem Kashif Khadeeja Khadeejah Khadija Khadijah
Khadijat Khadeejah Khalid Khalil Kinza Kulsum Laaibah Laiba Laibah Laila Lailah Lamar Layan Layaan Layla Laylah Leena Liyana Lubna Luqman Maariya
Maariyah Maaria Maaz Madeeha Madiha Maha Maham Mahdi Mahdiya Mahera Maheen Mahir Mahira Mahirah Mahnoor Mahreen Maimoona Maimuna Maira Maisha Malaika Malaikah Malak Maliha Malika
Maliyah Manahil Manha Mariam Mariyah Mariya Maryam Marwa Marwah Maryah Masood Mawiya Mehak Mehreen Mehwish Meerab Mehmood Mehvish Meher Mikaeel Mikael Mikail Minahil
Minha Misbah Mohammed Mohamed Mohamad Mohammad Moosa Moaz Muaaz Muaz Muawiyah Mubarak Muhaimin Muhammad Muhammed Muhammod Mujahid Munib Muneeb Munira Muqaddas Muntaha Musa Musab Musaab Mustafa
Musfira Mustaqeem Mustafaa Nabeel Nabeela Nabil Nabila Nadeem Nadia Naeem Nafisa Nafisah Naima Naimah Nasir Nasra Nayab Naziha Nimra Nimrah Noah Noor
Noora Nooria Nuha Nur Nura Nusaiba Nusaibah Nusayba Nusaybah Omar Omer Osama Osman Qadir Qais Qasim Raahim Raees Rabia Rafay Raheem Rahim Rahma Rahmah Raihan Raiyan
Rameen Ramla Ramsha Raniya Raniyah Rashid Rawdah Rayaan Rayan Rayhan Rayhaan Rayyan Rehan Rehman Ridwan Rihanna Rimsha Riyad Riyaan Riyadh Romaisa Romaysa Rumaisa
Rumaisah Rumaysa Rumaysah Ruqaiya Ruqaiyah Ruqayya Ruqayyah Saad Saada Saaliha Saarah Sabeen Sabiha Safa Safaa Safah Safia Safiya Safiyah Safiyya Safiyyah
Safwan Sahar Sahil Saif Saifullah Saima Sajid Sakina Salaar Salahuddin Saleh Salih Saliha Salman Salmaan Samaira Sameer Sameera
Samiha Samiya Samiyah Sana Sanaa Sanah Saqib Sara Sarah Sarim Sawera Sayed Sehrish Shaan Shaheer Shahmeer Shahzaib Shahzain Shanzay Shayaan Shayan
Shifa Shoaib Shuaib Sidra Sidrah Simra Siraj Subhaan Subhan Sufyaan Sufyan Sulaiman Sulaimaan Sulayman Suleman Suleyman Suleiman Sumaira Sumaiya Sumaiyah Sumayah
Sumayya Sumayyah Sundas Syeda Syed Taaha Tabassum Taha Tahira Tahirah Tahmid Talha Talhah Tamim Tanisha Tanzeel Tanzila Taqwa Tasneem Tasnim
Tayba Tayyab Tayyaba Tayyiba Tayyibah Tooba Tuba Ubaid Ubaidullah Ubayd Umair Umaima Umaimah Umamah Umar Umaymah Umayr Umayrah Umer Ummayyah Umm Umme
Urwa Usaamah Usama Usamah Usayd Usman Uthmaan Uthman Uzair Wahid Waleed Wali Waqas Wardah Waris Yahya Yaqoob Yaqub Yaseen Yasin Yasir Yasmeen Yasmin Yasmina Yoosuf Younus
Younis Yousaf Yousef Yousif Youssef Yousuf Yumna Yunus Yunis Yusha Yusra Yusraa Yusrah Yusuf Zaahid Zaara Zaeem Zahid Zahida Zahra Zahraa Zahrah Zaid Zaida
Zain Zaina Zainab Zainah Zaira Zakariya Zakariyah Zakariyya Zakaria Zaki Zakir Zakiyah Zakiyya Zara Zarah Zareen Zarish Zaviyar Zaya
Zayaan Zayan Zayd Zaydan Zayn Zayna Zaynab Zaynah Zeenat Zeeshan Zeinab Zeynab Zia Zidan Zidane Zimal Zohaib Zoha Zoya Zubair Zubaida Zulaikha Zulekha Zulaykha Zunairah Zunaira
Aadhya Aadi Aadit Aaditya Aadvik Aadya Aahan Aahana Aahil Aanvi Aanya Aaradhya Aarav Aaravi Aarna Aarnav Aarohi Aarush Aarushi Aaryan
Aayush Abhinav Abir Abirami Abishek Adhira Adhiraj Advait Advaita Advik Advika Agastya Akshara Akshay Amaya Ananya Anaaya Anika Anirudh Anjali Anoushka
Anshika Anushka Anvi Arjan Arjun Arnav Arya Aryan Ashwin Atharv Avani Avneet Avyaan Avyan Ayansh Balraj Bhavya Charvi Darsh Darshan Devansh Dhruv Dhyan Divya Diya Eesha Eshaan
Gurbir Gurfateh Gurjot Gurleen Gurnoor Gurveer Harjot Harkirat Harleen Harman Harnoor Harpreet Harshil Hridaan Hrithik Inaya Ira Isha Ishaan Ishan Ishani Ishika
Ishita Ivaan Jaanvi Jagveer Jai Jaiveer Jasleen Jasmeet Jaspreet Jaya Jeevan Jiya Jiyaan Joban Kaira Karan Karanveer Karthik Kashvi Kavish Kavya Keerthi Keya
Khushi Kiaan Kian Kiaan Kiara Kirat Kiran Krisha Krishiv Krishna Krithik Kriti Laksh Lavanya Maanvi Maanya Mahi Manraj Manveer Mehar Meera Megha Mihir Mihika Milan Mira Mirha
Mohit Naina Naisha Navya Navreet Nehal Neel Neha Nikhil Nirvaan Nisha Nitara Nithya Nitya Niya Ojas Om Pahal Parisa Pranav Pranavi Prisha Priya Priyanka
Raavi Raghav Rajan Rajveer Ranbir Ranveer Reyansh Rhea Ria Rian Riaan Rishaan Rishi Riya Riyansh Rohan Rohit Roshan Roshni Rudra Ruhi
Saanvi Sachin Sahana Sahib Sai Samaira Samaya Samar Samarth Sanjana Sanvi Sara Saraya Sehaj Shaan Shanaya Shaurya Shivam Shivani Shiven Shlok Shravan
Shreya Shreyas Shriya Shruti Simran Siya Siyona Sukhmani Suhana Suhani Taran Tanish Tanishka Tanvi Tara Trisha Urvi Vaibhav Vanya Varun Ved Veda Vedant Veer Vihaan Viaan
Vidya Vikram Viraj Virat Vivaan Vyom Yash Yashvi Yuvaan Yuvan Yuvraj Zoravar
Adomas Aiste Aistis Airidas Aleksas Arijus Armandas Armintas Arnas Aronas Arvidas Augustas Auguste Aurimas Austeja Benas Dainius Danielius Darius Deividas Denas Dominykas Domantas
Domas Dovydas Edas Edvinas Eimantas Elija Emilija Emilis Emilijus Ernestas Faustas Gabija Gabrielius Gabriele Giedrius Gintare Goda Gustas Gytis Haroldas Herkus Ignas Ieva Izabele
Joana Jokubas Jonas Jorune Jovita Joris Julius Justas Kajus Kamile Karolis Karolina Kernius Kipras Kornelija Kotryna Kristupas Kristijonas Lukas Lukne Lauris
Laurynas Leila Liepa Liveta Livija Luka Lukrecija Mantas Markas Martynas Marija Mantvydas Matas Matukas Mykolas Migle Milana Motiejus Naglis Neda Nedas Neila Nojus Nikita Oskaras Patricija
Paulius Pijus Povilas Raimonda Rapolas Ramune Rasa Ridas Rojus Rokas Rokas Rugile Ruta Rytis Samanta Saule Sandra Silvija Simas Simonas Smilte Skaiste Tadas Titas
Toma Tomas Ugne Ugnius Ula Urte Vakare Vaiva Vesta Vilius Viltautas Viltė Viltaute Vytautas Ziedas Zygimantas Anete Annija Artjoms Daniels Davids Dzenifera Edijs Elza Emils Eriks Estere Gustavs Haralds Jekabs Kristaps
Kristers Madara Markuss Marks Martins Megija Monta Niks Nikola Olivers Patriks Ralfs Raivis Renars Rainers Ricards Roberts Rodrigo Sabine Samanta Toms Una Viktorija
Adas Adrian Aleksander Aleksy Alan Amelka Antek Antoni Blazej Bartek Borys Bruno Czarek Dawid Dominik Eryk Fabian Filip Franek Franciszek Gaja Gabriela Hania
Helena Iga Igor Iwo Jagoda Jakub Jas Jasiek Jeremi Jerzy Julek Kacper Kaja Kajetan Kalina Kamil Kinga Klara Klaudia Kuba Kornelia Krystian Krzysztof Ksawery Laura Lena Leon Liwia
Maciej Maja Malwina Marcel Marcelina Mikolaj Milena Milosz Mateusz Nadia Nikodem Nikola Nela Oliwia Oliwier Olaf Oskar Patryk Piotr Pola Przemyslaw Radoslaw Remigiusz Roksana
Rozalia Szymon Sebastian Stas Tymon Tymoteusz Tymek Wanda Weronika Wiktor Wiktoria Wojtek Wojciech Zofia Zosia Zuzanna Zuzia
Aiden Aidan Ajay Amari Amarion Amarni Amiyah Aniyah Armani Avah Ayla Aylah Ayva Ayda Brooklyn Braiden Braydon Brogan Caiden Carter Cassidy Cayden Chaise Chad Chyna Codey
Cohen Corey Daejon Darcey Darcie Darcy Deacon Demi Destinee Dior Ellah Ellia Elliana Ellis Emelia Emillie Ezmae Ezmai Ezmay Ezmie Ezra Gracelyn Harlow Havana Iszac Isaak
Isabelle Isla Izzy Jaxon Jaxson Jayce Jayden Jaydon Jenson Jaimie Kaci Kacey Kacie Kaden Kaelan Kaia Kaiya Kallum Kalum Karson Kaycee Kaydee Kaydie Kaylan Kaylum Keegan Keeley
Keely Kelsie Kenzi Kenzie Khloe Kieran Kieron Kiera Koa Kobe Kobi Korey Kobie Kyan Kye Kyran Laiton Laycie Leighton Lennie Lewie Lexy Lilia Lillie Lilly Logan Lyla Lylah Lyra
Maddison Maizie Mason Mckenzie Mia Miah Miley Mikey Myah Myla Neveah Nevaeh Nieve Niah Nyah Nyla Nylah Ocean Olivier Paisley Peyton Phoenix Preston Raegan Reece Rheanna Rhianna Rihanna
Riley Rio Robyn Rocco Rogan Roma Romeo Roman Roux Ruby Ryder Saffie Saffi Saffy Sapphire Shayla Shayne Shyla Skyla Skylah Sofie Sophia Stevie Syd Tayla Taylan Teagan Teigan Teya Teyah Tiana Tianna
Tia Tiffany Tiarna Tilley Tyler Tyla Vienna Wyatt Xander Xavi Zander Zachariah Zane Zayden Zion
`
  .trim()
  .split(/\s+/)
