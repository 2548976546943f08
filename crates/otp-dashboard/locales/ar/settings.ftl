### بيانات الشخص نفسه، في صفحة الإعدادات.

settings-language = اللغة
settings-language-about = نكتب بها رسائلنا إليك، ونعرض لك بها هذه الصفحات.
settings-save = احفظ

### What is mailed to the account.

notices = الإشعارات
notices-about = نكتب إلى حسابك حين يوشك الرصيد على النفاد، أو يقترب انتهاء مفتاح، أو يتوقف شيء عن العمل.
notices-choose = اختر الإشعارات
notices-to = نرسل إشعارات حسابك إلى { $address }.
notices-mailed = اكتبوا إلينا حين
notices-always = رسائل الطلبات والدعوات وتسجيل دخولك تُرسَل دائمًا.
notices-credits = يوشك الرصيد على النفاد أو ينفد
notices-keys = يقترب انتهاء مفتاح API
notices-senders = يتعذر استخدام مرسِل أو قالب
notices-webhooks = لا تُستدعى نقطة استقبال بعد الآن
notices-on = مفعّل
notices-off = موقف
notices-of-owners = يختارها مالكو الحساب.
notices-saved = حُفظ، ويسري من الآن.
notices-back = العودة إلى الإعدادات
field-low-balance = يكون الرصيد منخفضًا عند
hint-low-balance = ما بقي مما مُنح، بالنسبة المئوية. والصفر يعني ألا تنبيه قبل إنفاق آخر رصيد.
fault-low-balance = أدخل عددًا صحيحًا من 0 إلى 99
