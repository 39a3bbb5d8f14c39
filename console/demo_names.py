"""Names of people for demo data: given and family names of many cultures, and where they live."""

from dataclasses import dataclass
from random import Random

from django.utils.text import slugify


@dataclass(frozen=True)
class Culture:
    """Names that go together.

    A name that `slugify` cannot put into plain letters brings its own spelling after a bar.
    """

    countries: str
    given: str
    family: str
    family_first: bool = False
    joiner: str = " "


CULTURES = (
    Culture(
        "US GB CA AU IE",
        "Olivia Liam Emma Noah Ava Ethan Grace Mason Chloe Logan Mary-Ann Jack Ruby Dylan",
        "Smith Johnson O'Brien Taylor Wilson Clarke Smith-Jones MacLeod Walker Hughes Bennett",
    ),
    Culture(
        "FR BE CH SN",
        "Zoë François Chloé Jérôme Hélène Benoît Amélie Loïc Inès Jean-Luc Anne-Sophie Noël",
        "Lefèvre Dubois Müller-Blanc D'Aubigné Gauthier Bérenger Château Rousseau Moreau",
    ),
    Culture(
        "ES MX CO AR PE",
        "José María Íñigo Lucía Andrés Sofía Joaquín Valentina Raúl Ximena Ángel Belén",
        "Núñez García Fernández Muñoz Peña Ibáñez Gutiérrez Quispe Rodríguez Castañeda",
    ),
    Culture(
        "BR PT AO MZ",
        "João Conceição Luís Inácio Mônica Tainá Gonçalo Sônia Thiago Letícia",
        "Guimarães Araújo Brandão Simões Conceição Magalhães Falcão Nogueira",
    ),
    Culture(
        "DE AT DK NO SE FI",
        "Jürgen Käthe Björn Åsa Sören|soren Søren|soren Tuuli Annelie Mats Lærke|laerke Friederike",
        "Müller Weiß|weiss Östergård Lindqvist Hämäläinen Nygård Schröder Jørgensen|jorgensen Voß|voss",
    ),
    Culture(
        "PL CZ HU RO TR",
        "Łukasz|lukasz Zdeněk Ágnes Ștefan Ewa Işıl|isil Çağla|cagla Ondřej Małgorzata|malgorzata Gökhan",
        "Wiśniewski Dvořák Szőke Ionescu Kowalczyk Yıldız|yildiz Şahin|sahin Horváth Černý",
    ),
    Culture(
        "UA BG KZ",
        "Мария|maria Иван|ivan Олена|olena Дмитро|dmytro Анастасия|anastasia Сергей|sergey Гульнара|gulnara",
        "Іваненко|ivanenko Петров|petrov Шевченко|shevchenko Димитров|dimitrov Назарбек|nazarbek Ковальчук|kovalchuk",
    ),
    Culture(
        "GR CY",
        "Ελένη|eleni Γιώργος|giorgos Κατερίνα|katerina Νίκος|nikos",
        "Παπαδόπουλος|papadopoulos Οικονόμου|oikonomou Βασιλείου|vasileiou",
    ),
    Culture(
        "EG MA JO SA IQ",
        "فاطمة|fatima محمد|mohamed ليلى|layla يوسف|youssef عائشة|aisha كريم|karim",
        "الحسن|alhassan منصور|mansour بن_علي|benali الخطيب|alkhatib حداد|haddad",
    ),
    Culture("IL", "נועה|noa דוד|david תמר|tamar", "כהן|cohen לוי|levi מזרחי|mizrahi"),
    Culture(
        "CN TW SG",
        "娜|na 伟|wei 秀英|xiuying 子轩|zixuan 思雨|siyu 建国|jianguo",
        "李|li 王|wang 欧阳|ouyang 陈|chen 张|zhang",
        family_first=True,
        joiner="",
    ),
    Culture(
        "JP",
        "さくら|sakura 健太|kenta 美咲|misaki 翔|sho",
        "佐藤|sato 渡辺|watanabe 山口|yamaguchi",
        family_first=True,
    ),
    Culture("KR", "민준|minjun 서연|seoyeon 지후|jihu", "김|kim 박|park 최|choi", family_first=True, joiner=""),
    Culture("VN", "Thị_Hồng Văn_Đức|van-duc Minh_Châu Quốc_Bảo", "Nguyễn Trần Phạm Đặng|dang", family_first=True),
    Culture(
        "IN LK NP",
        "Priya Arjun Lakshmi Rohan Ananya Vikram Meera அருண்|arun अदिति|aditi Kavitha",
        "Sharma Iyer Subramaniam Banerjee Patel Krishnamurthy Reddy Chatterjee वर्मा|varma",
    ),
    Culture("PK BD ID MY", "Ayesha Bilal Siti Rahim Nur_Aini Farhan Dewi", "Khan Chowdhury Rahman Siregar bin_Ahmad"),
    Culture(
        "NG GH KE TZ ET ZA",
        "Chinọnso Kwame Wanjikũ Thandiwe Olúwaṣeun Amara Tesfaye Zanele Abebe Ngozi Kofi",
        "Okonkwo Mensah Kamau Dlamini Adébáyọ̀ Ng'ang'a Haile Nkosi Eze Mwangi Van_der_Merwe",
    ),
    Culture("NZ WS US", "Aroha Kahurangi Tāne Keoni Wiremu", "Ngata Parata Kealoha Te_Rangi"),
)


@dataclass(frozen=True)
class Name:
    """A full name as its owner writes it, plain-letter spellings of its parts, and a country."""

    full: str
    given: str
    family: str
    country: str


def pick_name(random: Random) -> Name:
    """Return the next random name."""
    culture = random.choice(CULTURES)
    given, given_plain = _spellings(random.choice(culture.given.split()))
    family, family_plain = _spellings(random.choice(culture.family.split()))
    parts = (family, given) if culture.family_first else (given, family)
    return Name(culture.joiner.join(parts), given_plain, family_plain, random.choice(culture.countries.split()))


def _spellings(entry):
    written, _, plain = entry.replace("_", " ").partition("|")
    return written, plain or slugify(written.replace("'", "")).replace("-", "_")
