### الصفحات العامة: الصفحة الأولى والدليل.

# اسم الدليل، في شريط التنقل وفي أسفل كل صفحة.
guide = الدليل
help = مساعدة

## الصفحة الأولى

home-title = رموز تصل، وجواب واضح حين لا تصل
home-lead = ترسل هذه البوابة رموز التحقق عبر واتساب والبريد الإلكتروني. كل رسالة تُرسل مرة واحدة على الأكثر، وكل رصيد محسوب، وكل فشل له سبب.
home-sign-up = أنشئ حسابًا
home-guide = اقرأ الدليل
home-phone = رسالتان كما تظهران على الهاتف
# المرسل على الهاتف المرسوم: شركة غير موجودة.
home-phone-from = متاجر نور
home-phone-account = حساب أعمال
# النص تحت الرمز على الهاتف المرسوم.
home-bubble = هو رمز التحقق الخاص بك. لا تشاركه مع أحد. ينتهي بعد 5 دقائق.
home-bubble-copy = نسخ الرمز

home-code = نداء واحد، بلغة البرمجة التي تستخدمها
home-code-about = بديل مباشر لواجهة LightOTP: المسارات والحقول ورموز الأخطاء نفسها. غيّر اسم المضيف واحتفظ بشيفرتك.
home-admitted = قُبلت
home-admitted-text = الرقم صحيح، والرصيد محجوز، ولا انتظار
home-sent-text = قبلها واتساب، ووصلك الجواب
home-delivered-text = وصلت إلى الهاتف، واستُدعي الويب هوك
home-verified = تم التحقق
home-verified-text = عاد الرمز، وهو صحيح

home-why = ما لا تحتاج إلى بنائه
home-once = لا رسالة ثانية
home-once-text = لا يرسل انقطاع أو انتهاء مهلة أو إعادة محاولة الرمز مرتين.
home-reason = سبب لكل فشل
home-reason-text = ليس على واتساب، أو طلب الإيقاف، أو قبل الأوان، أو بلا رصيد: السبب، وما العمل، والخط الزمني للرسالة.
home-guesses = التخمين بلا أمل
home-guesses-text = خمس محاولات للرمز، وعشر للرقم خلال 24 ساعة، مهما أُعيد الإرسال أو تجدد الرمز.
home-languages = العربية من البداية
home-languages-text = الرسائل والصفحات والأخطاء بالعربية والإنجليزية. ومن كتب ٤٨٢٩١٣ فقد أصاب.
home-sealed = الأرقام مشفّرة
home-sealed-text = أرقام المستلمين مشفّرة بمفتاح لكل حساب، ومحجوبة أينما عُرضت.
home-tests = اختبار بلا هاتف
home-tests-text = مفاتيح الاختبار بلا كلفة. أرقام الاختبار تحاكي كل تأخير وكل فشل، وتقرأ الرموز في صندوق الاختبار.

home-plans = الباقات
home-plans-about = الباقة عدد من الأرصدة. لا تنتهي صلاحية الرصيد، والرسالة التي تفشل لا تكلّف شيئًا.
home-plans-none = تواصل معنا لنتفق على باقة تناسبك.
home-plan = الباقة
home-credits = الرصيد
home-price = السعر
home-prices = كلفة الرسالة
# حين لا سعر محددًا لأي دولة.
home-prices-all = { $credits ->
    [zero] تكلّف الرسالة { $credits } رصيدًا أينما ذهبت.
    [one] تكلّف الرسالة رصيدًا واحدًا أينما ذهبت.
    [two] تكلّف الرسالة رصيدين أينما ذهبت.
    [few] تكلّف الرسالة { $credits } أرصدة أينما ذهبت.
    [many] تكلّف الرسالة { $credits } رصيدًا أينما ذهبت.
   *[other] تكلّف الرسالة { $credits } رصيدًا أينما ذهبت.
}
home-prices-others = { $credits ->
    [zero] تكلّف الرسالة إلى أي دولة أخرى { $credits } رصيدًا.
    [one] تكلّف الرسالة إلى أي دولة أخرى رصيدًا واحدًا.
    [two] تكلّف الرسالة إلى أي دولة أخرى رصيدين.
    [few] تكلّف الرسالة إلى أي دولة أخرى { $credits } أرصدة.
    [many] تكلّف الرسالة إلى أي دولة أخرى { $credits } رصيدًا.
   *[other] تكلّف الرسالة إلى أي دولة أخرى { $credits } رصيدًا.
}
home-destination = إلى أين
# في قائمة الأسعار، بين أسماء الدول.
home-email = البريد الإلكتروني

## الدليل

# اسم علامات التبويب التي تعرض البرنامج نفسه بعدة لغات، لقارئات الشاشة.
sample-legend = النداء نفسه بعدة لغات
guide-markdown = هذه الصفحة بصيغة Markdown
guide-errors = رموز الأخطاء
guide-code = الرمز
guide-http = حالة HTTP
guide-meaning = المعنى وما العمل
guide-test-numbers = أرقام الاختبار
guide-number = الرقم
guide-answer = الجواب
guide-then = ثم
guide-limits = الحدود
guide-limit = ما هو
guide-amount = الحد

answer-sent = أُرسلت
answer-sent-after = { $number ->
    [zero] أُرسلت بعد { $number } ثانية
    [one] أُرسلت بعد ثانية
    [two] أُرسلت بعد ثانيتين
    [few] أُرسلت بعد { $number } ثوانٍ
    [many] أُرسلت بعد { $number } ثانية
   *[other] أُرسلت بعد { $number } ثانية
}
# تليها كلمات واتساب بالإنجليزية.
answer-refused = رُفضت: { $message }
answer-unknown = قيد الانتظار: لم يُفهم جواب المزوّد
life-nothing = لا شيء
life-failed = فشلت: { $code }
life-replied = يرد الشخص بـ { $text }

limit-passcode = عدد محارف الرمز الذي تضعه بنفسك
limit-cooldown-first = الانتظار بعد أول إرسال إلى رقم، ويتضاعف مع كل إرسال
limit-cooldown-longest = أطول انتظار بين إرسالين إلى رقم
limit-guesses-code = محاولات الرمز الواحد
limit-guesses-recipient = محاولات المستلم الواحد خلال 24 ساعة
limit-answers = مدة حفظ جواب Idempotency-Key
limit-proof = مدة صلاحية الإثبات
limit-endpoints = عناوين الويب هوك في الحساب
limit-endpoint-disabled = يُعطَّل عنوان الويب هوك إذا استمر فشله
limit-deliveries = مدة حفظ عمليات التسليم
limit-test-inbox = مدة حفظ رسائل مفاتيح الاختبار
limit-keys = المفاتيح الفعّالة في الحساب
limit-team = أعضاء الحساب
limit-orders = الطلبات المفتوحة في الحساب

time-days = { $number ->
    [zero] { $number } يومًا
    [one] يوم واحد
    [two] يومان
    [few] { $number } أيام
    [many] { $number } يومًا
   *[other] { $number } يومًا
}
time-hours = { $number ->
    [zero] { $number } ساعة
    [one] ساعة واحدة
    [two] ساعتان
    [few] { $number } ساعات
    [many] { $number } ساعة
   *[other] { $number } ساعة
}
time-minutes = { $number ->
    [zero] { $number } دقيقة
    [one] دقيقة واحدة
    [two] دقيقتان
    [few] { $number } دقائق
    [many] { $number } دقيقة
   *[other] { $number } دقيقة
}
time-seconds = { $number ->
    [zero] { $number } ثانية
    [one] ثانية واحدة
    [two] ثانيتان
    [few] { $number } ثوانٍ
    [many] { $number } ثانية
   *[other] { $number } ثانية
}
