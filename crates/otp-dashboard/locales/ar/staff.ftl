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
