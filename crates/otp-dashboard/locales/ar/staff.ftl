### صفحات فريق عمل المشغّل.

## الإطار

# بجانب اسم المنتج في صفحات فريق العمل.
staff-tag = فريق العمل
# الروابط بين صفحات فريق العمل وصفحات الحساب.
area-staff = صفحات فريق العمل
area-account = حسابك

place-audit = سجل التدقيق
place-staff = فريق العمل والأدوار

role-admin = مدير
role-admin-about = كل شيء، ومن في فريق العمل.
role-support = دعم
role-support-about = الطلبات، وكيفية الوصول إلى العميل.
role-finance = مالية
role-finance-about = كالدعم، ويفعّل الطلبات ويحدد الباقات والأسعار.
role-auditor = مدقق
role-auditor-about = يرى كل شيء، ولا يغيّر شيئًا.

## سجل التدقيق

audit-about = من غيّر ماذا، ومن رأى رقم مَن. لا يُعدَّل أي قيد ولا يُحذف.
audit-none-title = لا قيود بعد
audit-none-text = يظهر هنا كل تغيير يجريه شخص أو أمر.
column-place = الرقم
column-at = الوقت، { $zone }
column-actor = مَن
column-action = ماذا
column-subject = على أي معرّف
# اسم الروابط إلى الصفحات الأخرى من القائمة، لقارئات الشاشة.
pages = الصفحات
older = الأقدم

## فريق العمل

staff-list = فريق العمل
# بجانب اسم القارئ.
staff-you = أنت
# بدل «مفعّل»: ليس لدى الشخص عامل ثانٍ.
staff-no-factor = غير موجود
staff-factor-about = من دون العامل الثاني لا يرى الشخص أيًا من هذه الصفحات.
column-role = الدور
column-since = منذ
# زر بجانب قائمة الأدوار.
staff-change = غيّر
staff-remove = أزل

staff-invite = ادعُ
field-invited-email = البريد الإلكتروني
field-invited-name = الاسم
hint-invited-name = إذا تُرك فارغًا فاسم الشخص هو جزء العنوان الذي قبل @.
invited = تمت الدعوة
# فوق الرابط.
invited-about = أرسل هذا الرابط إلى { $email } بطريقة لا يقرؤها غيره. يسجّل الدخول مرة واحدة خلال يوم، ولا يُعرض إلا الآن.
invited-done = أرسلته

remove-staff-title = هل تزيل هذا الشخص من فريق العمل؟
remove-staff-about = بعد ذلك لا يرى أي صفحة من صفحات فريق العمل. وإن كان له حساب خاص فيبقى له.

## الباقات

place-plans = الباقات
staff-plans-about = ما يطلبه العملاء. لا تُعدَّل الباقة: أوقف عرضها وأنشئ غيرها.
staff-plans-none-title = لا باقات بعد
staff-plans-none-text = من دون باقات يُطلب من العملاء التواصل معك.
plans-all = المعروضة والمتوقفة
plan-offered = معروضة
plan-retired = متوقفة
plan-retire-ask = أوقف العرض…
plan-retire = أوقف عرض الباقة
plan-add = باقة جديدة
plan-create = أنشئ الباقة
field-plan-name = الاسم
hint-plan-name = يراه العملاء، ولا تحمله باقة أخرى.
fault-plan-name = أدخل اسمًا في سطر واحد لا يتجاوز 200 حرف
fault-plan-name-taken = أدخل اسمًا آخر، فهذا الاسم لباقة أخرى
field-plan-price = السعر
hint-plan-price = مثل 19.99. اتركه فارغًا إذا كان السعر بالتفاوض.
fault-plan-price = أدخل سعرًا مثل 19.99 لا تزيد منازله العشرية على منازل العملة
field-currency = العملة
hint-currency = ثلاثة أحرف مثل USD.
fault-currency = أدخل الأحرف الثلاثة لرمز العملة مثل USD
retire-title = أتوقف عرض هذه الباقة؟
retire-about = لا رجوع في ذلك. لا يمكن لأحد طلبها أو الحصول عليها بعد الآن، ويبقى الرصيد الذي مُنح.
retire-keep = أبقِ الباقة

## الأسعار

place-prices = الأسعار
# قبل الرصيد الذي تكلّفه كل رسالة أخرى.
prices-about = كم تكلّف الرسالة بحسب بلد رقمها. وما عدا ذلك يكلّف:
prices-own = أسعار خاصة
prices-none-title = لا أسعار محددة
prices-none-text = تكلّف الرسالة المقدار نفسه إلى أي بلد.
# بدل اسم البلد.
price-of-mail = البريد الإلكتروني إلى أي شخص
region-of-no-country = أرقام لا تتبع بلدًا، مثل هواتف الأقمار الصناعية
region-unknown = لا بلد بهذا الرمز
price-unset = ألغِ السعر
price-set-title = تحديد سعر
price-set = حدّد السعر
price-set-about = يحل محل سعر البلد إن وُجد، ويسري من الرسالة التالية.
field-price-country = البلد
hint-price-country = حرفاه مثل SA، أو EMAIL لرسائل البريد.
fault-price-country = أدخل حرفي بلد له أرقام هواتف مثل SA، أو EMAIL
prices-import-ask = استيراد قائمة…
prices-import-title = استيراد الأسعار
prices-import-about = لا يتغير شيء قبل أن ترى الفرق. وتحتفظ البلدان التي لا تذكرها القائمة بأسعارها.
field-price-list = القائمة
hint-price-list = السطر الأول country,credits، وفي كل سطر بعده بلد ورصيده مثل SA,2. ويصلح أيضًا جدول منسوخ من برنامج جداول.
fault-price-list-empty = أضف سطرًا فيه سعر مثل SA,2
fault-price-list-header = ابدأ بالسطر country,credits
fault-price-list-columns = السطر { $number }: اكتب بلدًا ورصيده ولا شيء غيرهما
fault-price-list-country = السطر { $number }: لا بلد له أرقام هواتف بهذا الرمز؛ اكتب رمزًا مثل SA، أو EMAIL
fault-price-list-credits = السطر { $number }: اكتب عددًا صحيحًا للرصيد من 1 إلى 2,000,000,000
fault-price-list-twice = السطر { $number }: تذكر القائمة هذا البلد مرتين
prices-compare = اعرض الفرق
difference-title = ما تغيّره القائمة
difference-about = يسري كله معًا من الرسالة التالية.
difference-none = كل أسعار القائمة محددة فعلًا، ولا شيء يتغير.
difference-other = غيّر أحدهم الأسعار بعد أن اطّلعت، فلم يُطبَّق شيء. هذا هو الفرق الآن.
price-changed = متغيّر
price-added = جديد
# تحت السعر: السعر السابق.
price-was = السابق: { $credits }
prices-unchanged = { $prices ->
    [zero] لا سعر في القائمة يبقى كما هو ({ $prices }).
    [one] يبقى سعر واحد في القائمة كما هو ({ $prices }).
    [two] يبقى سعران في القائمة كما هما ({ $prices }).
    [few] تبقى { $prices } أسعار في القائمة كما هي.
    [many] يبقى { $prices } سعرًا في القائمة كما هو.
   *[other] يبقى { $prices } سعر في القائمة كما هو.
}
prices-apply = طبّق الكل
prices-edit-list = عدّل القائمة

## الحسابات

place-customer-accounts = الحسابات
accounts-sought = المعرّف أو الشركة أو الاسم أو عنوان البريد كاملًا
accounts-search = ابحث
accounts-show-all = اعرض الكل
staff-accounts-none-title = لا حسابات بعد
staff-accounts-none-text = تظهر الحسابات هنا حين يسجّل الناس.
accounts-not-found = لم يُعثر على شيء عن { $sought }.
accounts-more = قد توجد حسابات أخرى.
# مدى البحث.
accounts-limit = يمر البحث على أحدث { $searched } حساب، ويعرض أول { $found } حسابًا مطابقًا. أما المعرّف فيجد أي حساب.
column-account-id = معرّف الحساب
column-opened-at = وقت الفتح، { $zone }
standing-open = مفتوح
standing-restricted = مقيّد
standing-closed = مغلق
# عنوان صفحة الحساب في ألسنة المتصفح.
account-one = الحساب
account-holder = الشخص المسؤول
account-restrict-ask = قيّد…
account-close-ask = أغلق…
account-reopen-ask = أعد الفتح…
account-restrict = قيّد الحساب
account-close = أغلق الحساب
account-reopen = أعد فتح الحساب
restrict-title = هل تقيّد هذا الحساب؟
restrict-about = لا يمكنه الإرسال بدءًا من الرسالة التالية، ويبقى قادرًا على قراءة ما أرسله. ويمكنك إعادة فتحه.
close-title = هل تغلق هذا الحساب؟
close-about = لا يمكنه الإرسال بدءًا من الرسالة التالية. تبقى بياناته، وتبقى مفاتيحه قادرة على قراءتها: ألغِها لإنهاء ذلك أيضًا.
reopen-title = هل تعيد فتح هذا الحساب؟
reopen-about = يمكنه الإرسال من جديد بدءًا من الرسالة التالية.
grant-title = منح رصيد
grant = امنح الرصيد
grant-about = يُضاف الرصيد فورًا، دون دفع أو طلب.
account-no-subscription = لم يُمنح رصيدًا بعد.
account-no-key = ليس له مفتاح.
account-senders = المرسلون
account-no-sender = ليس له رقم واتساب خاص.
sender-number = الرقم
sender-active = نشط
sender-stopped = متوقف
# تحت قيود سجل التدقيق عن الحساب.
account-entries-about = القيود عن الحساب ورصيده ومفاتيحه ومرسليه، من بين أحدث { $entries } قيد في السجل.
