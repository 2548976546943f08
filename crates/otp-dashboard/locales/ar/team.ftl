### فريق الحساب، وحسابات الشخص، والطريق إلى الفريق.

## الفريق

place-team = الفريق
team-list = الأشخاص
team-leave = غادر
team-remove = أزل
team-sent = الدعوة في طريقها بالبريد الإلكتروني.
team-invitations = الدعوات
column-open-until = مفتوحة حتى
team-withdraw = اسحب
team-invite-about = نرسل رسالة بالبريد الإلكتروني. من يثبت خلال سبعة أيام أن العنوان له ينضم إلى الفريق.
second-factor-off = متوقف

role-owner = مالك
role-owner-about = كل شيء، ومن في الفريق.
role-developer = مطوّر
role-developer-about = مفاتيح الواجهة، ونقاط الاستقبال، والاختبارات.
role-billing = فوترة
role-billing-about = الطلبات والرصيد.
role-viewer = مشاهد
role-viewer-about = يرى كل شيء إلا الأسرار، ولا يغيّر شيئًا.

remove-member-title = هل تزيل هذا الشخص من الفريق؟
remove-member-about = بعد ذلك لا يرى هذا الحساب. تبقى المفاتيح التي أنشأها صالحة: ألغِ ما يعرفه منها.
leave-team-title = هل تغادر هذا الفريق؟
leave-team-about = بعد ذلك لا ترى هذا الحساب. ولا يستطيع دعوتك من جديد إلا مالك.

refused-last-owner = المالك الأخير يبقى. اجعل شخصًا آخر مالكًا أولًا.
refused-already-member = هذا الشخص في الفريق من قبل.
refused-already-invited = هذا العنوان مدعوّ من قبل. اسحب الدعوة لترسل غيرها.
refused-team-full = في الفريق 20 شخصًا مع المدعوّين. أزل واحدًا أولًا.
refused-many-invitations = دعا الحساب 20 شخصًا خلال أسبوع. حاول مرة أخرى بعد أيام.

## حسابات الشخص

place-accounts = حساباتك
accounts-invited = أنت مدعوّ
invitation-accept = اقبل
invitation-decline = ارفض
accounts-list = الحسابات
column-account = الحساب
account-chosen = معروض الآن
account-choose = اعرض
accounts-none-title = لست في أي حساب
accounts-none-text = اطلب من مالك حساب أن يدعوك بالعنوان الذي تسجّل الدخول به.
# في النظرة العامة.
overview-invited-title = أنت مدعوّ إلى فريق حساب آخر.
overview-invited-link = اعرض الدعوة

## الطريق إلى الفريق

join-title = انضم إلى فريق
join-about = نرسل رمزًا إلى العنوان الذي ذهبت إليه الدعوة. إذا أنشأت حسابًا به من قبل فسجّل الدخول بدلًا من ذلك: الدعوة تنتظرك هناك.
join-button = انضم
refused-not-invited = لا توجد دعوة مفتوحة لهذا العنوان. اطلب ممن دعاك أن يدعوك من جديد.
