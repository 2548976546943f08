# ما تقوله إجابات الأخطاء في الحقل description؛ المفاتيح هي رموز واجهة البرمجة.
# What is to be read from left to right is isolated (U+2066 … U+2069).

TooManyRequests = طلبات كثيرة جدًا من عنوان IP هذا. انتظر المدة المذكورة في ⁦Retry-After⁩ ثم حاول مرة أخرى.
ApiKeyIsRequired = الترويسة ⁦X-Api-Key⁩ مفقودة أو فارغة. أرسل فيها مفتاح واجهة البرمجة الخاص بك.
ApiKeyNotFound = لا يوجد مفتاح نشط يطابق المفتاح المرسل في ⁦X-Api-Key⁩. تحقق من كتابته أو أنشئ مفتاحًا جديدًا.
ApiKeyExpired = انتهت صلاحية مفتاح واجهة البرمجة. أنشئ مفتاحًا جديدًا.
UnsupportedMediaType = يجب أن يكون محتوى الطلب بصيغة JSON غير مضغوطة مع الترويسة ⁦Content-Type: application/json⁩.
RequestBodyTooLarge = حجم محتوى الطلب أكبر من 16 كيبيبايت.
RequestTimeout = لم يصل محتوى الطلب في الوقت المحدد. حاول مرة أخرى.
MalformedRequestBody = تعذّرت قراءة محتوى الطلب.
MalformedRequestBody-incomplete = انقطع محتوى الطلب قبل نهايته.
MalformedRequestBody-not-json = محتوى الطلب ليس JSON صالحًا بترميز ⁦UTF-8⁩.
MalformedRequestBody-not-an-object = يجب أن يكون محتوى الطلب كائن JSON.
MalformedRequestBody-duplicate = يتكرر أحد الحقول أكثر من مرة في محتوى الطلب.
MalformedRequestBody-not-text = يجب أن يكون الحقل ⁦{ $field }⁩ نصًا.
OTPCodeIsRequired = الحقل ⁦otpCode⁩ مفقود أو فارغ.
OTPCodeLengthMustBeLessThanOrEqualTo8 = يحتوي الحقل ⁦otpCode⁩ على أكثر من 8 محارف.
OTPCodeMustContainOnlyLettersOrDigits = لا يُسمح في الحقل ⁦otpCode⁩ إلا بالحروف ⁦A–Z⁩ و⁦a–z⁩ والأرقام ⁦0–9⁩.
DestinationPhoneNumberIsRequired = الحقل ⁦toPhoneE164⁩ مفقود.
PhoneNumberCanNotBeEmpty = الحقل ⁦toPhoneE164⁩ فارغ.
InvalidphoneNumber = الحقل ⁦toPhoneE164⁩ ليس رقم هاتف صالحًا. اكتبه بتنسيق ⁦E.164⁩: علامة الجمع ثم رمز الدولة ثم الرقم، بالأرقام فقط.
IdempotencyKeyMustBeUuid = يجب أن يكون الحقل ⁦idempotencyKey⁩ معرّف UUID من 36 محرفًا، أو أن يُترك.
SenderNumberNotFound = لا يوجد رقم مُرسِل مخصص لحسابك.
TemplateNotFound = ليس لدى حسابك قالب معتمد باللغة المطلوبة ولا بلغته الافتراضية.
RecipientOptedOut = طلب المستلم عدم تلقي رسائلك.
CoolingDown = أُرسلت رسالة إلى هذا الرقم قبل قليل. تطول مدة الانتظار مع كل رسالة تُرسل إلى الرقم نفسه.
CoolingDown-message = لا يمكنك إرسال رسالة أخرى إلى الرقم نفسه بعد. يُرجى الانتظار ⁦{ $wait }⁩ ثم المحاولة مرة أخرى.
InsufficientBalance = لا يوجد اشتراك نشط برصيد كافٍ لتغطية تكلفة هذه الرسالة إلى بلد الوجهة.
RefusedByProvider = رفضت خدمة واتساب الرسالة. سُجّلت على أنها فاشلة ولا تُحتسب تكلفتها.
MessageIdIsRequired = الحقل ⁦id⁩ مفقود.
MessageIdMustBeUuid = يجب أن يكون الحقل ⁦id⁩ معرّف UUID من 36 محرفًا.
MessageNotFound = ليس لدى حسابك رسالة بهذا المعرّف.
NotFound = لا يوجد شيء في هذا المسار.
MethodNotAllowed = لا يدعم هذا المسار طريقة الطلب. تذكر الترويسة ⁦Allow⁩ الطرق التي يدعمها.
InternalServerError = حدث خطأ غير متوقع. يُرجى المحاولة لاحقًا، وإذا استمرت المشكلة فتواصل مع الدعم.
