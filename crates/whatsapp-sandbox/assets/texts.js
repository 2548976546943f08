// The words of the page, in English and Arabic. The document's `lang` decides which are used; it
// comes from the server, which reads it from `?lang=`.

const english = {
  title: "Sandbox phones",
  skip: "Skip to the phone",
  links: "Pages and languages",
  guide: "Test numbers",
  phones: "Phones",
  noPhones: "No message yet.",
  live: "Live",
  connecting: "Connecting…",
  from: "From",
  messagesOf: "Messages on",
  empty: "This phone has no messages.",
  copied: "Copied",
  copyFailed: "The browser did not allow copying",
  arrived: "New message for",
  guideTitle: "Waiting for the first message",
  guideAgain: "How to use this sandbox",
  guideHow:
    "Nothing is sent to WhatsApp from here. Send a passcode to any number and its phone appears on this page at once. To send without a gateway, use this address instead of graph.facebook.com, with any access token:",
  phoneNumberId: "Phone number id",
  account: "Business account",
  numbersTitle: "Numbers that answer in a way of their own",
  numbersHow:
    "Every other number is accepted at once. These are reserved for fiction, so they belong to nobody.",
  number: "Number",
  happens: "What happens",
  showErrors: "Numbers that are refused",
  showLives: "Numbers with a life after acceptance, told by webhook",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Failed",
  markRead: "Mark as read",
  reply: "Answer as this person",
  replyHint: "Answer",
  send: "Send",
  stop: "STOP",
  stopLanguage: "en",
  hiddenNumber: "Hide the number",
  hiddenNumberWhy: "The answer names this person by user id alone, as it does for people with a username",
  notDone: "That did not work",
  webhookState: ({ url, handshake }) =>
    url === null
      ? "Nobody is told of this: no webhook is set."
      : handshake.state === "verified"
        ? "A webhook tells the gateway of this."
        : "The webhook's receiver has not answered the handshake yet.",
  refused: (test) => `Refused with code ${test.code}, HTTP ${test.http_status}:`,
};

const arabic = {
  title: "هواتف التجربة",
  skip: "انتقل إلى الهاتف",
  links: "الصفحات واللغات",
  guide: "أرقام الاختبار",
  phones: "الهواتف",
  noPhones: "لا توجد رسائل بعد.",
  live: "مباشر",
  connecting: "جارٍ الاتصال…",
  from: "من",
  messagesOf: "الرسائل على",
  empty: "لا توجد رسائل على هذا الهاتف.",
  copied: "تم النسخ",
  copyFailed: "لم يسمح المتصفح بالنسخ",
  arrived: "رسالة جديدة إلى",
  guideTitle: "في انتظار أول رسالة",
  guideAgain: "كيفية استخدام بيئة التجربة",
  guideHow:
    "لا يُرسَل شيء من هنا إلى واتساب. أرسل رمزًا إلى أي رقم فيظهر هاتفه في هذه الصفحة فورًا. وللإرسال من دون بوابة، استخدم هذا العنوان بدلًا من graph.facebook.com مع أي رمز وصول:",
  phoneNumberId: "معرّف رقم الهاتف",
  account: "حساب الأعمال",
  numbersTitle: "أرقام لها سلوك خاص",
  numbersHow: "كل رقم آخر يُقبل فورًا. هذه الأرقام محجوزة للأعمال الخيالية، فلا يملكها أحد.",
  number: "الرقم",
  happens: "ما الذي يحدث",
  showErrors: "الأرقام المرفوضة",
  showLives: "أرقام لها حياة بعد القبول، تُبلَّغ عبر webhook",
  sent: "أُرسلت",
  delivered: "سُلِّمت",
  read: "قُرئت",
  failed: "فشلت",
  markRead: "تعليم كمقروءة",
  reply: "الرد بصفتك صاحب الهاتف",
  replyHint: "الرد",
  send: "إرسال",
  stop: "إيقاف",
  stopLanguage: "ar",
  hiddenNumber: "إخفاء الرقم",
  hiddenNumberWhy: "يُعرَّف صاحب الرد بمعرّف المستخدم فقط، كما هو حال من له اسم مستخدم",
  notDone: "لم ينجح ذلك",
  webhookState: ({ url, handshake }) =>
    url === null
      ? "لا يُبلَّغ أحد بهذا: لم يُضبط webhook."
      : handshake.state === "verified"
        ? "تُبلَّغ البوابة بهذا عبر webhook."
        : "لم يُجب مستقبل webhook عن المصافحة بعد.",
  refused: (test) => `يُرفض بالرمز ${test.code}، HTTP ${test.http_status}:`,
};

// Keyed by answer, delivery and delay, because the server describes its numbers in English only.
const arabicBehaviours = {
  "accepted true 0": "يُقبل فورًا، مثل كل رقم غير مذكور هنا.",
  "accepted true 3000": "يُقبل ويُسلَّم فورًا، ويأتي الرد بعد 3 ثوانٍ.",
  "accepted true 30000": "يُقبل ويُسلَّم فورًا، ويأتي الرد بعد 30 ثانية، أي بعد معظم المهلات.",
  "closed true 0": "يُقبل ويُسلَّم، ثم يُغلق الاتصال دون رد.",
  "closed false 0": "لا يُقبل، ويُغلق الاتصال دون رد.",
  "html_502 true 0": "يُقبل ويُسلَّم، ويأتي الرد 502 بصفحة HTML.",
  "html_502 false 0": "لا يُقبل، ويأتي الرد 502 بصفحة HTML.",
  "json_500 false 0": "لا يُقبل، ويأتي الرد 500 بصيغة JSON من دون رمز خطأ.",
  "truncated_json true 0": "يُقبل ويُسلَّم، وينقطع JSON في منتصف الرد 200.",
  "cut_short true 0": "يُقبل ويُسلَّم، ويُغلق الاتصال في منتصف الرد 200.",
  "empty_body true 0": "يُقبل ويُسلَّم، والرد 200 بلا محتوى.",
  "held_for_quality_assessment true 0": "يُقبل بالحالة held_for_quality_assessment.",
  "paused false 0": "يأتي الرد 200 بالحالة paused، ولا يُسلَّم شيء.",
};

// Keyed by the last two digits.
const arabicLives = {
  70: "يُرسَل، ثم لا شيء: كما عند انتهاء صلاحية رسالة.",
  71: "يُرسَل، ويُسلَّم بعد 5 ثوانٍ.",
  72: "يُرسَل، ويُسلَّم بعد 30 ثانية.",
  73: "يُرسَل ويُسلَّم ويُقرأ.",
  74: "يُرسَل، ثم يُقرأ دون إشعار تسليم.",
  75: "يُرسَل، ويصل إشعار القراءة قبل إشعار التسليم.",
  76: "يصل إشعار التسليم قبل إشعار الإرسال.",
  77: "يُرسَل ويُسلَّم ويُقرأ، وكل إشعار يصل مرتين.",
  78: "إشعارات الإرسال والتسليم والقراءة في طلب واحد.",
  79: "يُسلَّم، وتضيع كل إشعاراته.",
  80: "يُرسَل، ثم يفشل بالرمز 131026.",
  81: "لا يُرسَل أبدًا: يفشل بالرمز 131026.",
  82: "يُرسَل، ثم يفشل بالرمز 131042.",
  83: "يُرسَل، ثم يفشل بالرمز 131000.",
  84: "يُرسَل، ثم يفشل بالرمز 130497.",
  85: "يُرسَل ويفشل بالرمز 131026، ثم يُسلَّم بعد ذلك.",
  86: "يُرسَل ويُسلَّم، ثم يفشل بالرمز 131026.",
  87: "يُرسَل، ثم يفشل بالرمز 199999 الذي لا تذكره أي قائمة.",
  88: "يُرسَل، ثم يفشل بالرمز 131026، وكل إشعار يصل مرتين.",
  89: "يُرسَل، ثم يفشل بالرمز 131026 دون contacts.",
  90: "يُسلَّم، ويردّ الشخص STOP.",
  91: "يُسلَّم، ويردّ الشخص STOP معروفًا بمعرّف المستخدم فقط.",
  92: "يُسلَّم، ويضغط الشخص زر STOP في القالب.",
  93: "يُسلَّم، ويضغط الشخص زر STOP في رسالة، معروفًا بمعرّف المستخدم فقط.",
  94: "يُسلَّم، ويطلب الشخص الإيقاف بالعربية.",
  95: "يُسلَّم، ويردّ الشخص بالشكر.",
  96: "يُرسَل ويُسلَّم ويُقرأ، وكلها دون contacts.",
  97: "يُرسَل ويُسلَّم ويُقرأ، وكلها دون biz_opaque_callback_data.",
  98: "يُرسَل ويُسلَّم ويُقرأ، وكلها موقّعة بسر خاطئ.",
  99: "يُرسَل ويُسلَّم ويُقرأ، وكلها دون توقيع.",
};

export const isArabic = document.documentElement.lang === "ar";
export const texts = isArabic ? arabic : english;

/** What a number without an error code does, in the page's language. */
export function behaviour(test) {
  if (isArabic && test.life) return arabicLives[test.number.slice(-2)] ?? test.description;
  const key = `${test.answer} ${test.delivered} ${test.delay_ms}`;
  return (isArabic && arabicBehaviours[key]) || test.description;
}

/** A time of day. Arabic pages keep Latin digits, as the codes on them do. */
export function timeOfDay(moment) {
  const locale = isArabic ? "ar-u-nu-latn" : "en-GB";
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(moment);
}
