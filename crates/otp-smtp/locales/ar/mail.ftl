greeting = مرحبًا { $name }،
footer = يخص هذا الإشعار حساب { $company }. أُرسل تلقائيًا لأنك جهة الاتصال المسجّلة للحساب، ولا تُقرأ الردود عليه.
footer-person = يخص هذا الإشعار تسجيل دخولك لدى { $company }. أُرسل تلقائيًا لأنك تسجّل الدخول بهذا العنوان، ولا تُقرأ الردود عليه.
greeting-invited = مرحبًا،
footer-invited = أُرسلت هذه الرسالة تلقائيًا لأن شخصًا لدى { $company } أدخل عنوانك لدعوتك، ولا تُقرأ الردود عليها.
greeting-operators = مرحبًا،
footer-operators = يخص هذا الإشعار حساب { $company }. أُرسل تلقائيًا إلى مشغّلي هذه البوابة، ولا تُقرأ الردود عليه.

LowBalance-subject = الرصيد منخفض: المتبقي { $remaining } من { $granted }
LowBalance-1 = أوشك رصيد أحد اشتراكات حسابك على النفاد. الرصيد المتبقي: { $remaining } من { $granted }.
LowBalance-2 = عند نفاده، وإذا لم يكن في أي اشتراك آخر رصيد، تُرفض الرسائل. يُرجى إعادة الشحن في الوقت المناسب.
LowBalance-3 = الاشتراك: { $subscription }

SubscriptionSpent-subject = نفد رصيد أحد الاشتراكات
SubscriptionSpent-1 = نفد كامل رصيد أحد اشتراكات حسابك، وكان { $granted }.
SubscriptionSpent-2 = إذا لم يكن في أي اشتراك آخر رصيد، تُرفض الرسائل من الآن. يُرجى إعادة الشحن.
SubscriptionSpent-3 = الاشتراك: { $subscription }

SenderDisabled-subject = تعذّر الإرسال من أحد أرقام المرسِل
SenderDisabled-1 = لم يعد أحد أرقام واتساب التابعة لك قادرًا على إرسال الرسائل.
SenderDisabled-2 = السبب: { $reason }
SenderDisabled-3 = يُرجى معالجة الأمر لدى واتساب، أو مراجعة مشغّل هذه البوابة. المرسِل: { $sender }

TemplateDisabled-subject = لم يعد بالإمكان استخدام القالب { $template }
TemplateDisabled-1 = لم يعد واتساب يسمح بإنشاء رسائل من القالب { $template } ({ $language }).
TemplateDisabled-2 = السبب: { $reason }
TemplateDisabled-3 = إلى أن يُعتمد من جديد تُرسل رسائل هذه اللغة بلغة أخرى أو تُرفض. المرسِل: { $sender }

KeyExpiring-subject = أوشكت صلاحية أحد مفاتيح API على الانتهاء: { $hint }
KeyExpiring-1 = تنتهي صلاحية مفتاح API الذي يبدأ بـ { $hint } في { $expiry }.
KeyExpiring-2 = بعد ذلك تُرفض الطلبات المرسلة به. إذا كان لا يزال مستخدمًا فاستبدله في الوقت المناسب.
KeyExpiring-3 = المفتاح: { $key }

WebhookDisabled-subject = توقف استدعاء إحدى نقاط استقبال الإشعارات
WebhookDisabled-1 = عُطّلت إحدى نقاط استقبال الإشعارات في حسابك: أجابت بأنها لم تعد موجودة، أو فشلت كل الاستدعاءات خمسة أيام متتالية.
WebhookDisabled-2 = عندما يعمل خادمك فعّل النقطة من جديد وأعد إرسال إشعاراتها؛ تُحفظ ثلاثين يومًا. أما أحداث الفترة الواقعة بين ذلك فلا تصل.
WebhookDisabled-3 = النقطة: { $endpoint }

OrderPlaced-subject = طلب جديد { $reference } من { $company }
OrderPlaced-1 = وصل طلب من { $company } لباقة رصيدها { $credits }.
OrderPlaced-2 = تواصل مع العميل ثم فعّل الطلب أو ارفضه: من صفحة الطلبات، أو بالأمر otp-server order.
OrderPlaced-3 = الطلب: { $order }

OrderActivated-subject = فُعّل الطلب { $reference }: الرصيد { $credits }
OrderActivated-1 = فُعّل طلبك { $reference }، وأُضيف إلى رصيد حسابك { $credits }.
OrderActivated-2 = يمكنك إرسال الرسائل بهذا الرصيد من الآن.
OrderActivated-3 = الطلب: { $order }

OrderDeclined-subject = رُفض الطلب { $reference }
OrderDeclined-1 = رُفض طلبك { $reference }، ولا تدفع شيئًا.
OrderDeclined-2 = السبب: { $reason }
OrderDeclined-3 = يمكنك الطلب من جديد متى شئت. الطلب: { $order }

NewDevice-subject = تسجيل دخول من جهاز جديد
NewDevice-1 = بدأ شخص تسجيل الدخول باسمك من جهاز لم تستخدمه هنا من قبل: { $browser } على { $system }.
NewDevice-2 = إذا كنت أنت من فعل ذلك فلا حاجة إلى أي إجراء.
NewDevice-3 = وإذا لم تكن أنت فعيّن كلمة مرور جديدة فورًا، فهذا يُخرج الجميع.

PasswordChanged-subject = غُيّرت كلمة مرورك
PasswordChanged-1 = غُيّرت كلمة مرورك، وأُخرجت من جميع الأجهزة الأخرى.
PasswordChanged-2 = إذا كنت أنت من فعل ذلك فلا حاجة إلى أي إجراء.
PasswordChanged-3 = وإذا لم تكن أنت فعيّن كلمة مرور جديدة فورًا برمز يُرسل إلى هذا العنوان.

SecondFactorOn-subject = سيُطلب رمز من التطبيق من الآن
SecondFactorOn-1 = فُعّل عامل تحقق ثانٍ: من يسجّل الدخول بكلمة مرورك يُطلب منه رمز من التطبيق أيضًا.
SecondFactorOn-2 = إذا كنت أنت من فعل ذلك فلا حاجة إلى أي إجراء. احفظ رموز الاسترداد في مكان آمن.
SecondFactorOn-3 = وإذا لم تكن أنت فعيّن كلمة مرور جديدة فورًا، وأخبر مشغّل هذه البوابة.

SecondFactorOff-subject = لن يُطلب رمز من التطبيق بعد الآن
SecondFactorOff-1 = أُوقف عامل التحقق الثاني: كلمة مرورك وحدها تكفي لتسجيل دخولك.
SecondFactorOff-2 = إذا كنت أنت من فعل ذلك أو طلبته من المشغّل فلا حاجة إلى أي إجراء.
SecondFactorOff-3 = وإلا فعيّن كلمة مرور جديدة فورًا، وأخبر مشغّل هذه البوابة.

TeamInvitation-subject = دعوة من { $company } إلى فريقها
TeamInvitation-1 = تدعوك { $company } إلى العمل في حسابها لدى هذه البوابة.
TeamInvitation-2 = افتح { $link } في متصفحك خلال سبعة أيام. من يسجّل الدخول بهذا العنوان من قبل يقبل الدعوة هناك، وغيره يختار كلمة مرور.
TeamInvitation-3 = إذا كنت لا تعرف المرسل فتجاهل هذه الرسالة، ولن يحدث شيء.

Test-subject = اختبار إعداد البريد
Test-1 = أُرسلت هذه الرسالة لاختبار الإعداد. إذا أمكنك قراءتها فإن الإشعارات تصل إليك.
Test-2 = هكذا تظهر الأرقام: { $granted }.
Test-3 = أرسله { $sender }.

Code-subject = { $code } هو رمزك لدى { $product }
Code-intro = هذا رمزك لدى { $product }.
Code-minutes = مدة صلاحيته بالدقائق: { $count }.
Code-seconds = مدة صلاحيته بالثواني: { $count }.
Code-warning = لا تشاركه مع أحد. إذا لم تطلبه فتجاهل هذه الرسالة.
