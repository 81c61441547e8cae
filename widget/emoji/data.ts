// Emoji with the words they are found by, German and English: sign, label, further words. Built as a file of its own, which the chat fetches when somebody
// opens the picker. Chosen for what people say to a service centre; nothing newer than Unicode 12, which old phones show, too.

/** A group's lines: `sign|label,words|label,words`. */
const groups = {
  faces: `😀|Grinsen,lachen,froh|Grin,smile,happy
😃|Lachen,froh,freude|Smile,happy,joy
😄|Strahlen,lachen,freude|Beam,laugh,happy
😁|Zähne zeigen,grinsen|Toothy grin,teeth
😅|Erleichtert,schwitzen,lachen,puh|Relieved laugh,sweat,phew
😂|Tränen lachen,lustig,witz|Tears of joy,funny,lol
🙂|Lächeln,nett,freundlich|Slight smile,nice,friendly
🙃|Kopfüber,ironie|Upside down,irony,silly
😉|Zwinkern,scherz|Wink,joke
😊|Freundlich lächeln,rot,dankbar|Warm smile,blush,thankful
😇|Engel,brav,unschuldig|Angel,innocent,halo
🥰|Verliebt,herzen,lieb|In love,hearts,adore
😍|Herzaugen,liebe,toll|Heart eyes,love,great
🤩|Begeistert,sterne,wow|Starstruck,excited,wow
😘|Kuss,küssen|Kiss,blow
😋|Lecker,essen,zunge|Yummy,tasty,tongue
😜|Zunge zeigen,frech,zwinkern|Cheeky,tongue,wink
🤗|Umarmung,umarmen,drücken|Hug,embrace
🤭|Kichern,ups,hand|Giggle,oops,hand
🤔|Nachdenken,hmm,überlegen|Thinking,hmm,wonder
🤨|Skeptisch,augenbraue,zweifel|Sceptical,eyebrow,doubt
😐|Neutral,egal|Neutral,meh
😶|Sprachlos,stumm,mund|Speechless,mute,no mouth
🙄|Augen rollen,genervt|Eye roll,annoyed
😏|Süffisant,schmunzeln|Smirk,sly
😬|Grimasse,unangenehm,peinlich|Grimace,awkward
😌|Erleichtert,ruhig,zufrieden|Relieved,calm,content
😔|Nachdenklich,traurig,schade|Pensive,sad,sorry
😴|Schlafen,müde,schnarchen|Sleep,tired,snore
🥱|Gähnen,müde,langweilig|Yawn,tired,bored
😷|Maske,krank|Mask,ill,sick
🤒|Fieber,krank,thermometer|Fever,ill,sick
🤯|Kopf explodiert,wahnsinn,unglaublich|Mind blown,exploding,unbelievable
🥳|Feiern,party,geburtstag|Party,celebrate,birthday
😎|Cool,sonnenbrille|Cool,sunglasses
🤓|Streber,brille,nerd|Nerd,glasses,geek
😕|Verwirrt,unklar|Confused,unclear
😟|Besorgt,sorge|Worried,concern
🙁|Unzufrieden,traurig|Frown,unhappy,sad
😮|Erstaunt,oh,überrascht|Surprised,oh,wow
😳|Verlegen,rot,peinlich|Flushed,embarrassed,blush
🥺|Bettelnd,bitte,augen|Pleading,please,puppy
😢|Weinen,träne,traurig|Cry,tear,sad
😭|Heulen,weinen,traurig|Sob,cry,sad
😱|Schreien,angst,entsetzt|Scream,fear,shock
😞|Enttäuscht,traurig|Disappointed,sad
😓|Kalter Schweiß,mühe|Downcast,sweat,hard
😩|Erschöpft,müde|Weary,tired
😤|Schnauben,wut,empört|Huff,steam,triumph
😠|Wütend,ärger,sauer|Angry,mad,cross
😡|Zornig,rot,wut|Furious,red,rage
🤬|Fluchen,schimpfen|Swearing,curse
🤷|Schulterzucken,weiß nicht,keine ahnung|Shrug,dunno,no idea
🤦|Stirn klatschen,oje|Facepalm,oh no
🙈|Nichts sehen,affe,ups|See no evil,monkey,oops
🤖|Roboter,bot,automat|Robot,bot,machine
👻|Gespenst,geist,halloween|Ghost,halloween
💩|Haufen,mist|Poo,rubbish`,
  hands: `👍|Daumen hoch,gut,ja,ok,super|Thumbs up,good,yes,ok
👎|Daumen runter,schlecht,nein|Thumbs down,bad,no
👌|Perfekt,ok,gut|Perfect,ok,fine
🙏|Bitte,danke,beten,hoffen|Please,thanks,pray,hope
👏|Klatschen,applaus,bravo|Clap,applause,bravo
🙌|Hurra,hände hoch,jubel|Hooray,raised hands,praise
🤝|Handschlag,abgemacht,einig|Handshake,deal,agreed
👋|Winken,hallo,tschüss|Wave,hello,bye
✌️|Sieg,frieden,zwei|Victory,peace,two
🤞|Daumen drücken,glück,hoffen|Fingers crossed,luck,hope
🤟|Hab dich lieb,hand|Love you,hand
🤘|Rock,hörner|Rock on,horns
👆|Nach oben,zeigen,oben|Point up,above
👇|Nach unten,zeigen,unten|Point down,below
👈|Nach links,zeigen,links|Point left,left
👉|Nach rechts,zeigen,rechts|Point right,right
☝️|Zeigefinger,achtung,eins|Index finger,attention,one
✋|Stopp,halt,hand|Stop,halt,hand
💪|Stark,kraft,muskel|Strong,power,muscle
✍️|Schreiben,unterschrift|Writing,signature,sign
👀|Augen,schauen,sehen|Eyes,look,see
👂|Ohr,hören|Ear,hear,listen
🙋|Melden,frage,ich|Raise hand,question,me
🙇|Verbeugung,entschuldigung,danke|Bow,sorry,thanks
👨‍👩‍👧|Familie,eltern,kind|Family,parents,child
👶|Baby,kind|Baby,child
👵|Großmutter,oma|Grandmother,granny
👴|Großvater,opa|Grandfather,grandpa
👷|Handwerker,techniker,bau|Builder,technician,worker
🧑‍💻|Am Rechner,computer,arbeit|Technologist,computer,work
🏃|Laufen,eilig,schnell|Run,hurry,fast
💃|Tanzen,fest|Dance,party`,
  hearts: `❤️|Rotes Herz,liebe|Red heart,love
🧡|Oranges Herz,liebe|Orange heart,love
💛|Gelbes Herz,liebe|Yellow heart,love
💚|Grünes Herz,liebe|Green heart,love
💙|Blaues Herz,liebe|Blue heart,love
💜|Lila Herz,liebe|Purple heart,love
🖤|Schwarzes Herz,trauer|Black heart
💔|Gebrochenes Herz,traurig|Broken heart,sad
💕|Zwei Herzen,liebe|Two hearts,love
💖|Funkelndes Herz,liebe|Sparkling heart,love
🎉|Konfetti,feiern,glückwunsch|Confetti,celebrate,congratulations
🎂|Geburtstagskuchen,geburtstag|Birthday cake,birthday
🎁|Geschenk,überraschung|Gift,present
🎈|Luftballon,fest|Balloon,party
🏆|Pokal,gewonnen,sieg|Trophy,won,win
🥇|Goldmedaille,erster|Gold medal,first
⭐|Stern,gut,bewertung|Star,rating,favourite
✨|Funkeln,neu,sauber|Sparkles,new,clean
🔥|Feuer,heiß,brand|Fire,hot,burn
💯|Hundert,voll,perfekt|Hundred,full,perfect`,
  nature: `☀️|Sonne,wetter,schön|Sun,weather,sunny
🌤️|Heiter,wolke,sonne|Fair,cloud,sun
☁️|Wolke,bewölkt|Cloud,cloudy
🌧️|Regen,nass|Rain,wet
⛈️|Gewitter,blitz,sturm|Thunderstorm,lightning,storm
❄️|Schnee,kalt,frost|Snow,cold,frost
🌈|Regenbogen|Rainbow
🌊|Welle,wasser,meer,hochwasser|Wave,water,sea,flood
💧|Tropfen,wasser,undicht|Drop,water,leak
🌡️|Thermometer,temperatur|Thermometer,temperature
🌙|Mond,nacht|Moon,night
🐶|Hund|Dog
🐱|Katze|Cat
🐭|Maus|Mouse
🐰|Hase,ostern|Rabbit,easter
🐻|Bär|Bear
🐦|Vogel|Bird
🐟|Fisch|Fish
🐝|Biene,fleißig|Bee,busy
🐌|Schnecke,langsam|Snail,slow
🐢|Schildkröte,langsam|Turtle,slow
🌹|Rose,blume|Rose,flower
🌷|Tulpe,blume,frühling|Tulip,flower,spring
🌻|Sonnenblume,blume|Sunflower,flower
🌳|Baum,natur|Tree,nature
🎄|Weihnachtsbaum,weihnachten|Christmas tree,christmas
🍀|Kleeblatt,glück|Four-leaf clover,luck
🌍|Erde,welt|Earth,world`,
  food: `☕|Kaffee,tee,heiß|Coffee,tea,hot
🍵|Tee|Tea
🍺|Bier|Beer
🍷|Wein|Wine
🥂|Anstoßen,sekt,prost|Cheers,toast,champagne
🥤|Becher,getränk|Cup,drink
🍞|Brot|Bread
🥐|Croissant,frühstück|Croissant,breakfast
🍕|Pizza|Pizza
🍔|Hamburger|Burger
🍟|Pommes|Fries
🍝|Nudeln,spaghetti|Pasta,spaghetti
🥗|Salat|Salad
🍰|Torte,kuchen|Cake
🍫|Schokolade|Chocolate
🍦|Eis|Ice cream
🍎|Apfel,obst|Apple,fruit
🍌|Banane,obst|Banana,fruit
🍓|Erdbeere,obst|Strawberry,fruit
🥕|Karotte,möhre,gemüse|Carrot,vegetable
🍽️|Besteck,essen,teller|Cutlery,eat,plate`,
  things: `📱|Handy,telefon,smartphone|Mobile,phone,smartphone
☎️|Telefon,anrufen|Telephone,call
📞|Hörer,anrufen,rückruf|Receiver,call,ring
💻|Laptop,computer,rechner|Laptop,computer
🖥️|Bildschirm,monitor,computer|Screen,monitor,computer
🖨️|Drucker,drucken|Printer,print
⌨️|Tastatur|Keyboard
🖱️|Maus,computermaus|Computer mouse,mouse
📺|Fernseher,tv|Television,tv
📻|Radio|Radio
📷|Kamera,foto,bild|Camera,photo,picture
🎥|Filmkamera,video|Film camera,video
🔋|Batterie,akku|Battery
🔌|Stecker,strom,kabel|Plug,power,cable
💡|Glühbirne,idee,licht|Bulb,idea,light
📡|Antenne,satellit,empfang|Antenna,satellite,signal
📶|Empfang,netz,balken|Signal,network,bars
🛠️|Werkzeug,reparatur|Tools,repair
🔧|Schraubenschlüssel,reparatur|Wrench,repair
🔑|Schlüssel,zugang,passwort|Key,access,password
🔒|Schloss,gesperrt,sicher|Lock,locked,secure
🔓|Offenes Schloss,entsperrt|Open lock,unlocked
📧|E-Mail,mail,post|E-mail,mail
✉️|Brief,umschlag,post|Letter,envelope,mail
📦|Paket,lieferung,karton|Parcel,delivery,box
📄|Dokument,seite,papier|Document,page,paper
📎|Büroklammer,anhang,datei|Paperclip,attachment,file
📅|Kalender,termin,datum|Calendar,date,appointment
⏰|Wecker,zeit,uhr|Alarm,time,clock
⏳|Sanduhr,warten,dauert|Hourglass,wait,takes long
🧾|Rechnung,beleg,quittung|Receipt,bill,invoice
💶|Euro,geld,scheine|Euro,money,notes
💳|Kreditkarte,karte,zahlen|Credit card,card,pay
🛒|Einkaufswagen,bestellen|Shopping cart,order
🏷️|Etikett,preis|Label,price,tag
🗑️|Papierkorb,löschen,müll|Bin,delete,trash
🔍|Lupe,suchen|Magnifier,search,find
📌|Stecknadel,merken,ort|Pin,remember,place
✂️|Schere,schneiden|Scissors,cut
🎧|Kopfhörer,hören|Headphones,listen
🎵|Note,musik|Note,music
⚽|Fußball,sport|Football,sport
🎮|Spiel,konsole|Game,console
🛏️|Bett,schlafen|Bed,sleep
🚿|Dusche,bad|Shower,bathroom
🚪|Tür,eingang|Door,entrance`,
  places: `🏠|Haus,wohnung,zuhause|House,home,flat
🏢|Büro,gebäude,firma|Office,building,company
🏥|Krankenhaus,arzt|Hospital,doctor
🏦|Bank,geld|Bank,money
🏪|Laden,geschäft|Shop,store
🏭|Fabrik,industrie|Factory,industry
🏗️|Baustelle,bau|Construction,building site
🚗|Auto,fahren|Car,drive
🚌|Bus|Bus
🚆|Zug,bahn|Train,railway
🚲|Fahrrad,rad|Bicycle,bike
🚚|Lieferwagen,lieferung,lkw|Delivery truck,delivery,lorry
✈️|Flugzeug,fliegen,reise|Plane,fly,travel
🚢|Schiff|Ship
🚑|Krankenwagen,notfall|Ambulance,emergency
🚒|Feuerwehr,notfall|Fire engine,emergency
🚓|Polizei|Police
🚀|Rakete,schnell,los|Rocket,fast,launch
🗺️|Karte,landkarte,weg|Map,way
📍|Ort,adresse,hier|Location,address,here
🏖️|Strand,urlaub|Beach,holiday
⛰️|Berg,wandern|Mountain,hike
🇩🇪|Deutschland,flagge|Germany,flag
🇦🇹|Österreich,flagge|Austria,flag
🇨🇭|Schweiz,flagge|Switzerland,flag
🇪🇺|Europa,flagge|Europe,flag
🇬🇧|Großbritannien,flagge|United Kingdom,flag`,
  signs: `✅|Erledigt,haken,ja,fertig|Done,tick,yes,check
✔️|Haken,richtig|Tick,correct,check
❌|Kreuz,falsch,nein|Cross,wrong,no
❓|Fragezeichen,frage|Question mark,question
❗|Ausrufezeichen,wichtig|Exclamation mark,important
⚠️|Warnung,achtung,vorsicht|Warning,caution,careful
⛔|Verboten,kein zutritt|No entry,forbidden
🚫|Verbot,nicht|Prohibited,not
🆘|Hilfe,notruf|Help,emergency
🆕|Neu|New
🆗|In Ordnung,ok|Okay,ok
ℹ️|Information,auskunft|Information,info
➡️|Pfeil rechts,weiter|Right arrow,next
⬅️|Pfeil links,zurück|Left arrow,back
⬆️|Pfeil hoch,oben|Up arrow
⬇️|Pfeil runter,unten|Down arrow
🔄|Neu laden,wiederholen,neustart|Reload,repeat,restart
🔴|Rot,kreis,aus|Red circle,off
🟢|Grün,kreis,an|Green circle,on
🟡|Gelb,kreis|Yellow circle
🔵|Blau,kreis|Blue circle
1️⃣|Eins,erstens|One,first
2️⃣|Zwei,zweitens|Two,second
3️⃣|Drei,drittens|Three,third
🔔|Glocke,erinnern|Bell,remind
🔕|Stumm,ruhe|Muted,quiet
💬|Sprechblase,chat,nachricht|Speech bubble,chat,message
💤|Schlaf,müde|Sleep,zzz
♻️|Recycling,umwelt|Recycling,environment`,
} as const;

export type EmojiGroup = keyof typeof groups;

/** One sign in one language; `words` are folded to what is searched in. */
export interface Emoji {
  readonly sign: string;
  readonly label: string;
  readonly words: readonly string[];
}

/** Lower case without marks: "Möhre" is found by "mohre". */
export const folded = (text: string): string =>
  text.toLowerCase().replaceAll("ß", "ss").normalize("NFD").replaceAll(/\p{M}/gu, "");

/** Everything in one language, in its groups. */
export const emojiIn = (
  language: "de" | "en",
): readonly { readonly group: EmojiGroup; readonly list: readonly Emoji[] }[] =>
  (Object.keys(groups) as EmojiGroup[]).map((group) => ({
    group,
    list: groups[group].split("\n").map((line) => {
      const [sign = "", german = "", english = ""] = line.split("|");
      const all = (language === "de" ? german : english).split(",");
      return { sign, label: all[0] ?? "", words: all.flatMap((each) => folded(each).split(" ")) };
    }),
  }));

/** Those that fit: each word asked for is the beginning of one of theirs. */
export const found = (all: readonly Emoji[], asked: string): readonly Emoji[] => {
  const wanted = folded(asked)
    .split(/\s+/)
    .filter((word) => word !== "");
  return wanted.length === 0
    ? []
    : all.filter(({ words }) => wanted.every((word) => words.some((each) => each.startsWith(word))));
};
