/** A name as its bearer writes it, and the letters an address is made of. */
export type Spelling = readonly [written: string, address: string]

export interface Culture {
  readonly language: string
  readonly given: readonly Spelling[]
  readonly surnames: readonly Spelling[]
  /** The family name leads in the display name. */
  readonly surnameFirst?: true
}

/** `Jürgen/juergen Zoë` → one spelling per word; without a slash the address is the name in lower case. */
function spellings(text: string): readonly Spelling[] {
  return text.split(', ').map((entry) => {
    const [written = '', address] = entry.split('/')
    return [written, address ?? written.toLowerCase().replaceAll(' ', '')]
  })
}

/**
 * Names that break careless software: apostrophes, hyphens, blanks, letters beyond Latin-1, dotless i, combining marks
 * and scripts without letter case. All are common names of nobody in particular.
 */
export const CULTURES: readonly Culture[] = [
  {
    language: 'en-IE',
    given: spellings('Niamh, Siobhán/siobhan, Seán/sean, Ciarán/ciaran, Aoife, Mary Kate'),
    surnames: spellings("O'Brien, O'Connor, D'Arcy, Fitzgerald, Ní Dhomhnaill/nidhomhnaill, McCarthy"),
  },
  {
    language: 'en-GB',
    given: spellings('Grace, Oliver, Imogen, Arthur, Beth, Zoë/zoe'),
    surnames: spellings('Smith-Jones, Hughes, Okafor, Brontë/bronte, Taylor, Fox-Pitt'),
  },
  {
    language: 'fr-FR',
    given: spellings(
      'Anne-Sophie, Jean-François/jean-francois, Chloé/chloe, Gaël/gael, Maëlys/maelys, Rémi/remi',
    ),
    surnames: spellings(
      "Lefèvre/lefevre, d'Aboville, Benoît/benoit, Le Goff, Saint-Martin, Œuvrard/oeuvrard",
    ),
  },
  {
    language: 'de-DE',
    given: spellings('Jürgen/juergen, Käthe/kaethe, Lukas, Hans-Peter, Annegret, Sören/soeren'),
    surnames: spellings(
      'Müller/mueller, Groß/gross, von der Heide, Schäfer/schaefer, Weiß/weiss, Meyer-Lüdenscheid/meyer-luedenscheid',
    ),
  },
  {
    language: 'pl-PL',
    given: spellings(
      'Łukasz/lukasz, Małgorzata/malgorzata, Żaneta/zaneta, Święcisław/swiecislaw, Ewa, Piotr',
    ),
    surnames: spellings(
      'Wiśniewski/wisniewski, Dąbrowska/dabrowska, Żółć/zolc, Kowalczyk, Ślusarczyk/slusarczyk',
    ),
  },
  {
    language: 'nb-NO',
    given: spellings('Åse/ase, Bjørn/bjorn, Mira, Øystein/oystein, Solveig, Þór/thor'),
    surnames: spellings(
      'Holt-Lie, Sjåstad/sjastad, Bø/bo, Ærø/aero, Nygård/nygard, Guðmundsdóttir/gudmundsdottir',
    ),
  },
  {
    language: 'es-ES',
    given: spellings('María José/mariajose, Íñigo/inigo, Begoña/begona, Raúl/raul, Nuria, Andrés/andres'),
    surnames: spellings(
      'García Márquez/garciamarquez, Núñez/nunez, de la Peña/delapena, Ibáñez/ibanez, Ruiz-Gallardón/ruiz-gallardon',
    ),
  },
  {
    language: 'tr-TR',
    given: spellings('İpek/ipek, Işıl/isil, Çağrı/cagri, Gökçe/gokce, Şebnem/sebnem, Umut'),
    surnames: spellings('Yıldız/yildiz, Öztürk/ozturk, Çelik/celik, Şahin/sahin, Kılıç/kilic'),
  },
  {
    language: 'vi-VN',
    given: spellings('Thị Hương/huong, Đức/duc, Ngọc Ánh/ngocanh, Tuấn/tuan, Phương/phuong'),
    surnames: spellings('Nguyễn/nguyen, Trần/tran, Đặng/dang, Huỳnh/huynh, Lý/ly'),
    surnameFirst: true,
  },
  {
    language: 'el-GR',
    given: spellings('Ελένη/eleni, Γιώργος/giorgos, Δήμητρα/dimitra, Νίκος/nikos'),
    surnames: spellings('Παπαδοπούλου/papadopoulou, Οικονόμου/oikonomou, Βλάχος/vlachos, Ιωάννου/ioannou'),
  },
  {
    language: 'uk-UA',
    given: spellings('Олена/olena, Дмитро/dmytro, Софія/sofiia, Їжак/yizhak'),
    surnames: spellings("Шевченко/shevchenko, Ткачук/tkachuk, Дем'яненко/demianenko, Ющенко/yushchenko"),
  },
  {
    language: 'ar-EG',
    given: spellings('ليلى/layla, يوسف/youssef, عبد الرحمن/abdelrahman, نور/nour'),
    surnames: spellings('الحسيني/elhosseiny, منصور/mansour, خليل/khalil, السيد/elsayed'),
  },
  {
    language: 'he-IL',
    given: spellings('נועה/noa, אריאל/ariel, תמר/tamar, איתי/itay'),
    surnames: spellings("כהן/cohen, בן-דוד/ben-david, מזרחי/mizrahi, ז'בוטינסקי/zhabotinsky"),
  },
  {
    language: 'ja-JP',
    given: spellings('美咲/misaki, 健太/kenta, さくら/sakura, 翔/sho'),
    surnames: spellings('田中/tanaka, 髙橋/takahashi, 渡邉/watanabe, 小林/kobayashi'),
    surnameFirst: true,
  },
  {
    language: 'ko-KR',
    given: spellings('서연/seoyeon, 민준/minjun, 지우/jiwoo, 하은/haeun'),
    surnames: spellings('김/kim, 이/lee, 박/park, 최/choi'),
    surnameFirst: true,
  },
  {
    language: 'hi-IN',
    given: spellings('आरव/aarav, प्रिया/priya, श्रेया/shreya, विक्रम/vikram'),
    surnames: spellings('शर्मा/sharma, अग्रवाल/agrawal, चौधरी/chaudhary, राव/rao'),
  },
]

export const DEPARTMENTS = [
  'Logistics',
  'Finance & Controlling',
  'Research/Development',
  'People "Team"',
  'Sales (EMEA)',
  'Qualität',
  'Legal',
  'IT-Betrieb',
] as const

export const JOB_TITLES = [
  'Planner',
  'Senior Engineer',
  'Account Manager',
  'Analyst II',
  'Head of Operations',
  'Sachbearbeiter*in',
  'Auditor',
  'Support + Training',
] as const

export interface Place {
  readonly city: string
  readonly state: string
  readonly country: string
  readonly postalCode: string
  readonly street: string
  readonly dialling: string
}

export const PLACES: readonly Place[] = [
  { city: 'Bergen', state: 'Vestland', country: 'NO', postalCode: '5003', street: 'Kai', dialling: '+47 55' },
  {
    city: 'Zürich',
    state: 'ZH',
    country: 'CH',
    postalCode: '8001',
    street: 'Gessnerallee',
    dialling: '+41 44',
  },
  {
    city: 'Łódź',
    state: 'łódzkie',
    country: 'PL',
    postalCode: '90-001',
    street: 'Piotrkowska',
    dialling: '+48 42',
  },
  {
    city: 'Saint-Étienne',
    state: 'Loire',
    country: 'FR',
    postalCode: '42000',
    street: "Rue de l'Île",
    dialling: '+33 4',
  },
  {
    city: '大阪市',
    state: '大阪府',
    country: 'JP',
    postalCode: '530-0001',
    street: '梅田',
    dialling: '+81 6',
  },
  {
    city: 'Galway',
    state: 'Co. Galway',
    country: 'IE',
    postalCode: 'H91 E2K3',
    street: 'Quay Street',
    dialling: '+353 91',
  },
]

export const GROUP_WORDS = [
  'All staff',
  'Harbour crew',
  "Editors' desk",
  'R&D (core)',
  'Führungskreis',
  'Region: North/West',
  'Zespół Łódź',
  '営業部',
] as const
