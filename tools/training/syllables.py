"""Random Thai, Khmer and Burmese words built from the syllables of each script, and common ones."""

from __future__ import annotations

from tools.training.line_renderer import Random


def one_of(random: Random, choices: str | tuple[str, ...] | list[str]) -> str:
    """Return one of the choices."""
    return choices[int(random.integers(len(choices)))]


BURMESE_SYLLABLES = (
    "မောင်",
    "ကို",
    "ဦး",
    "မ",
    "ဒေါ်",
    "အောင်",
    "မြင့်",
    "သိန်း",
    "ဝင်း",
    "လှ",
    "ထွန်း",
    "ကျော်",
    "စိုး",
    "မိုး",
    "ခင်",
    "ချို",
    "အေး",
    "သူ",
    "နိုင်",
    "ဇော်",
    "လင်း",
    "ထက်",
    "မင်း",
    "ရဲ",
    "တင်",
    "ညွန့်",
    "မြ",
    "စန်း",
    "နု",
    "ယု",
    "နွယ်",
    "ဖြူ",
    "ဇင်",
    "မာ",
    "စု",
    "သန္တာ",
    "ဌေး",
    "ရီ",
    "ကြည်",
    "တိုး",
    "ဝေ",
    "ဖြိုး",
    "ပြည့်",
    "စံ",
    "သက်",
    "ခိုင်",
    "ဇွန်",
    "သီရိ",
    "နန္ဒာ",
    "ချစ်",
    "စော",
    "ဘ",
    "ဖေ",
    "သာ",
    "ကြီး",
    "ငယ်",
    "လေး",
    "လွင်",
    "ထူး",
    "ဆွေ",
    "မော်",
    "ဟန်",
    "မွန်",
    "ညီ",
    "ညို",
    "ပိုင်",
    "ဗမာ",
    "ကရင်",
    "ရှမ်း",
    "ကချင်",
    "မွန်",
    "ရခိုင်",
    "ချင်း",
    "ကယား",
    "ဗုဒ္ဓ",
    "ခရစ်ယာန်",
    "အစ္စလာမ်",
    "ဟိန္ဒူ",
    "ဘာသာ",
    "လူမျိုး",
    "အမည်",
    "အဘ",
    "အမှတ်",
    "ရက်စွဲ",
    "မွေး",
    "သက္ကရာဇ်",
    "အရပ်",
    "ပေ",
    "လက်မ",
    "သွေး",
    "အုပ်စု",
    "အမှတ်အသား",
    "ထင်ရှားသည့်",
    "အလုပ်",
    "အကိုင်",
    "နေရပ်",
    "လိပ်စာ",
    "နိုင်ငံသား",
    "စိစစ်ရေး",
    "ကတ်ပြား",
    "လမ်း",
    "ရပ်ကွက်",
    "မြို့နယ်",
    "မြို့",
    "ရွာ",
    "ကျေးရွာ",
    "တိုက်နယ်",
    "ခရိုင်",
    "တိုင်း",
    "ရန်ကုန်",
    "မန္တလေး",
    "ပဲခူး",
    "ပုသိမ်",
    "မော်လမြိုင်",
    "တောင်ကြီး",
    "စစ်တွေ",
    "မြစ်ကြီးနား",
    "လွိုင်ကော်",
    "ဘားအံ",
    "ထားဝယ်",
    "မကွေး",
    "နေပြည်တော်",
    "တောင်ဥက္ကလာပ",
    "ကျောင်းဆရာ",
    "ကျောင်းသား",
    "ကုမ္ပဏီ",
    "ဝန်ထမ်း",
    "လယ်သမား",
    "ကုန်သည်",
    "ဆရာဝန်",
    "အင်ဂျင်နီယာ",
    "မှီခို",
    "အစိုးရ",
    "ပုဂ္ဂလိက",
    "ယာဉ်မောင်း",
    "လိုင်စင်",
    "ကုန်ဆုံးရက်",
    "ထုတ်ပေး",
)
_BURMESE_FINALS = ("", "", "", "က်", "င်", "စ်", "ည်", "တ်", "န်", "ပ်", "မ်", "ံ", "ယ်", "ဉ်")
_BURMESE_VOWELS = ("", "ာ", "ိ", "ီ", "ု", "ူ", "ေ", "ဲ", "ော", "ော်", "ို", "ါ", "ေါ", "ေါ်")
_BURMESE_MEDIALS = ("", "", "", "ျ", "ြ", "ွ", "ှ", "ျွ", "ြွ", "ွှ", "ျှ", "မ")


def burmese_syllable(random: Random) -> str:
    """Return a syllable: a common one, or one put together by the rules of the script."""
    if random.random() < 0.6:
        return one_of(random, BURMESE_SYLLABLES)
    medial = one_of(random, _BURMESE_MEDIALS)
    start = one_of(random, "ကခဂငစဆဇညဋဌဍဏတထဒဓနပဖဗဘမယရလဝသဟဠအ") + medial
    tall = start in ("ခ", "ဂ", "င", "ဒ", "ပ", "ဝ")
    final = one_of(random, _BURMESE_FINALS)
    if final and final != "ံ":
        vowel = one_of(random, ("", "", "ို", "ော" if not tall else "ေါ", "ိ", "ု"))
    elif final:
        vowel = one_of(random, ("", "ု", "ိ"))
    else:
        vowel = one_of(random, _BURMESE_VOWELS)
        vowel = vowel.replace("ာ", "ါ") if tall else vowel.replace("ါ", "ာ")
    tone = one_of(random, ("", "", "", "့", "း"))
    if final == "ံ":
        return start + vowel.replace("ိ", "ိ") + final + ("့" if tone == "့" else "")
    if final.endswith("်") and tone == "့":
        return start + vowel + final[:-1] + "့်"
    return start + vowel + final + tone


_THAI_STARTS = "กขคฆงจฉชซญฎฏฐณดตถทธนบปผฝพฟภมยรลวศษสหอฮ"
_THAI_CLUSTERS = (
    "กร",
    "กล",
    "ปร",
    "พร",
    "ตร",
    "คร",
    "หน",
    "หม",
    "หล",
    "หญ",
    "ศร",
    "ทร",
    "สว",
    "พล",
    "ขว",
)
_THAI_SHAPES = (
    "{c}า{f}", "{c}ั{f}", "{c}ิ{f}", "{c}ี{t}{f}", "{c}ุ{f}", "{c}ู{t}{f}", "เ{c}{f}", "แ{c}{f}", "โ{c}{f}",
    "{c}ะ", "ไ{c}", "ใ{c}", "เ{c}า", "{c}ำ", "เ{c}ีย{f}", "เ{c}ือ{f}", "{c}ัว", "{c}{f}", "{c}อ{f}", "{c}ื{t}อ",
    "เ{c}ิ{f}", "{c}{t}อ{f}", "เ{c}็{f}", "{c}รร{f}", "{c}ึ{f}", "{c}{t}า{f}", "{c}ฤ{f}", "{c}ั{t}{f}",
)  # fmt: skip
_THAI_FINALS = (
    "",
    "",
    "น",
    "ม",
    "ง",
    "ก",
    "ด",
    "บ",
    "ย",
    "ว",
    "ต",
    "ร",
    "ล",
    "ณ",
    "ญ",
    "ศ",
    "ษ",
    "ส",
    "ท",
    "ธ",
    "พ",
    "ช",
    "ค",
    "ข",
    "ตน์",
    "ณ์",
    "นท์",
    "กดิ์",
    "ทธิ์",
    "รย์",
    "รณ์",
    "รัตน์",
)
THAI_WORDS = (
    "นาย",
    "นาง",
    "น.ส.",
    "นางสาว",
    "ด.ช.",
    "ด.ญ.",
    "สมชาย",
    "สมศักดิ์",
    "สมหญิง",
    "ประเสริฐ",
    "วิชัย",
    "สุรชัย",
    "ณัฐพล",
    "กิตติ",
    "ธนพล",
    "พิมพ์ชนก",
    "กัญญารัตน์",
    "ศรีสุวรรณ",
    "ใจดี",
    "ทองดี",
    "แก้ว",
    "วงศ์",
    "บุญ",
    "จันทร์",
    "สุข",
    "รักษ์",
    "ไชย",
    "พงษ์",
    "พัฒน์",
    "สิทธิ์",
    "ธรรม",
    "เจริญ",
    "มงคล",
    "ชัยวัฒน์",
    "อนุชา",
    "ปิยะ",
    "นภา",
    "วรรณา",
    "สุดา",
    "มาลี",
    "ดวงใจ",
    "พุทธ",
    "อิสลาม",
    "คริสต์",
    "ซิกข์",
    "ฮินดู",
    "หมู่ที่",
    "หมู่",
    "ซ.",
    "ถ.",
    "ต.",
    "อ.",
    "จ.",
    "ตรอก",
    "ซอย",
    "ถนน",
    "ตำบล",
    "อำเภอ",
    "จังหวัด",
    "แขวง",
    "เขต",
    "เมือง",
    "บางกะปิ",
    "บางพลี",
    "ลาดพร้าว",
    "จตุจักร",
    "ปากเกร็ด",
    "หาดใหญ่",
    "ศรีราชา",
    "แม่ริม",
    "เกิดวันที่",
    "ศาสนา",
    "ที่อยู่",
    "ชื่อตัวและชื่อสกุล",
    "วันออกบัตร",
    "วันบัตรหมดอายุ",
    "บัตรประจำตัวประชาชน",
    "เลขประจำตัวประชาชน",
    "เจ้าพนักงานออกบัตร",
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
)


def thai_syllable(random: Random) -> str:
    """Return a syllable put together by the rules of the script."""
    start = (
        one_of(random, _THAI_STARTS) if random.random() < 0.8 else one_of(random, _THAI_CLUSTERS)
    )
    final = one_of(random, _THAI_FINALS)
    tone = one_of(random, ("", "", "่", "้", "๊", "๋"))
    return one_of(random, _THAI_SHAPES).format(c=start, f=final, t=tone)


def thai_word(random: Random) -> str:
    """Return a common word or a made-up name of some syllables."""
    if random.random() < 0.4:
        return one_of(random, THAI_WORDS)
    return "".join(thai_syllable(random) for _ in range(int(random.integers(1, 5))))


_KHMER_STARTS = "កខគឃងចឆជឈញដឋឌណតថទធនបផពភមយរលវសហឡអ"
_KHMER_LOWER = "កខគងចជញដណតថទធនបផពភមយរលវសហ"
_KHMER_VOWELS = (
    "", "", "ា", "ា", "ិ", "ី", "ឹ", "ឺ", "ុ", "ូ", "ួ", "ើ", "ឿ", "ៀ", "េ", "ែ", "ៃ", "ោ", "ៅ", "ំ", "ាំ", "ុំ", "ះ", "ុះ", "េះ", "ោះ",
)  # fmt: skip
_KHMER_FINALS = "កងចញតនបមយលវសរណទ"


def khmer_syllable(random: Random) -> str:
    """Return a syllable put together by the rules of the script."""
    start = one_of(random, _KHMER_STARTS)
    if random.random() < 0.35:
        start += "្" + one_of(random, _KHMER_LOWER)
    elif random.random() < 0.12:
        start += one_of(random, "៉៊")
    vowel = one_of(random, _KHMER_VOWELS)
    if vowel.endswith(("ំ", "ះ")) or random.random() < 0.35:
        return start + vowel
    final = one_of(random, _KHMER_FINALS)
    if vowel in ("", "ា") and random.random() < 0.25:
        return start + vowel + final + "់"
    return start + vowel + final + one_of(random, ("", "", "", "", "", "", "៍"))


def khmer_word(random: Random) -> str:
    """Return a made-up word of one to three syllables."""
    return "".join(khmer_syllable(random) for _ in range(int(random.integers(1, 4))))
