# The same words as in texts/en/authorization.ftl.

login-title = تسجيل الدخول
login-for = سجّل الدخول إلى { $bank } للمتابعة إلى { $client }.
login-name = اسم المستخدم
login-password = كلمة المرور
login-button = تسجيل الدخول
login-wrong = اسم المستخدم أو كلمة المرور غير صحيح
login-throttled = { $seconds ->
    [one] محاولات كثيرة جدًا. يُرجى الانتظار ثانية واحدة.
    [two] محاولات كثيرة جدًا. يُرجى الانتظار ثانيتين.
    [few] محاولات كثيرة جدًا. يُرجى الانتظار { $seconds } ثوانٍ.
    [many] محاولات كثيرة جدًا. يُرجى الانتظار { $seconds } ثانية.
   *[other] محاولات كثيرة جدًا. يُرجى الانتظار { $seconds } ثانية.
}
login-help = لم يتغيّر شيء.
login-password-note = لا يرى كلمة مرورك إلا { $bank }، ولا تُسلَّم إلى أحد.
login-by-code = تسجيل الدخول برمز يُرسل بالبريد
code-title = تسجيل الدخول برمز
code-second-title = خطوة أخرى
code-second-text = للمتابعة يحتاج { $bank } إلى إثبات ثانٍ أنك أنت: رمز يُرسل إلى عنوان بريدك المعروف لديه.
code-send = أرسلوا إليّ رمزًا
code-by-password = تسجيل الدخول بكلمة مرور
code-entry-title = اكتب الرمز
code-entry-text = إذا كان { $bank } يعرفك ويعرف عنوان بريدك، فهناك رمز من { $digits } أرقام في طريقه إليك. يعمل الرمز { $minutes } دقائق، وفي هذا المتصفح فقط.
code-entry-note = لم يصل شيء؟ ابحث في البريد غير المرغوب فيه، أو اطلب رمزًا آخر. لا يُرسل إلا القليل منها كل ربع ساعة.
code-label = الرمز
code-again = إرسال رمز آخر
code-wrong = { $left ->
    [one] الرمز غير صحيح. يمكنك المحاولة مرة واحدة أخرى.
    [two] الرمز غير صحيح. يمكنك المحاولة مرتين أخريين.
    [few] الرمز غير صحيح. يمكنك المحاولة { $left } مرات أخرى.
    [many] الرمز غير صحيح. يمكنك المحاولة { $left } مرة أخرى.
   *[other] الرمز غير صحيح. يمكنك المحاولة { $left } مرة أخرى.
}
code-over = لا يوجد رمز صالح هنا الآن. اطلب رمزًا آخر.
login-with = تسجيل الدخول عبر { $provider }
upstream-nobody-title = لا نعرفك بهذا الحساب
upstream-nobody-text = سجّلت الدخول هناك، لكن { $bank } لا يعرف من أنت بهذا الحساب. لم يُنشأ شيء ولم يتغيّر شيء. سجّل الدخول بطريقة أخرى، أو اسأل { $bank }.
upstream-foreign-title = هذا الرد لا يخص هذا المكان
upstream-foreign-text = لا يوافق ما طلبه هذا المتصفح، أو استُخدم من قبل. لم يُسجَّل دخول أحد. ارجع إلى حيث جئت وابدأ من جديد.
upstream-trouble-title = هذه الطريقة غير متاحة الآن
upstream-trouble-text = لم نتمكن من التأكد من هويتك. لم يُسجَّل دخول أحد. حاول لاحقًا، أو سجّل الدخول إلى { $bank } بطريقة أخرى.
everything-title = كل ما وافقت عليه
sessions-title = أين أنت مسجّل الدخول
sessions-text = كل بند متصفح أنت مسجّل الدخول فيه إلى { $bank }. سجّل الخروج حيث لا تكون أنت، أو حيث لم تعد.
sessions-note = التطبيقات التي سمحت لها بالبقاء متصلة في غيابك تستمر.
sessions-end-others = تسجيل الخروج من كل مكان آخر
sessions-ended = تم تسجيل خروجك هناك.
sessions-ended-others = تم تسجيل خروجك من كل مكان آخر.
session-this = هذا المتصفح
session-since = مسجّل الدخول منذ
session-seen = آخر استخدام
session-how = تم الدخول بواسطة
session-by-password = كلمة مرور
session-by-code = رمز بالبريد
session-device = { $browser } على { $system }
session-device-system = متصفح على { $system }
session-device-unknown = متصفح لا نعرفه
session-end = تسجيل الخروج من { $device }
session-end-this = تسجيل الخروج هنا
signed-in-title = أنت مسجّل الدخول
signed-in-text = يمكنك إغلاق هذه الصفحة، أو العودة إلى التطبيق أو الصفحة التي جئت منها في { $bank }.
passkey-title = تسجيل الدخول بمفتاح مرور
passkey-text = يطلب جهازك بصمة إصبعك أو وجهك أو رمز PIN الخاص به، ثم يثبت لـ { $bank } أنك أنت. لا يغادر شيء من ذلك جهازك.
passkey-use = استخدام مفتاح مرور
passkey-missing = تحتاج مفاتيح المرور إلى JavaScript وإلى متصفح يعرفها. أحدهما غير متوفر هنا.
passkey-nothing = لم يُستخدم أي مفتاح مرور. حاول مرة أخرى، أو سجّل الدخول بطريقة أخرى.
passkey-refused = مفتاح المرور هذا لا يعمل هنا
passkey-over = استغرق ذلك وقتًا طويلًا، أو استُخدمت الصفحة من قبل. يُرجى المحاولة مرة أخرى.
passkey-otherwise = تسجيل الدخول بطريقة أخرى
session-by-passkey = مفتاح مرور
passkeys-title = مفاتيح مرورك
passkeys-text = بمفتاح المرور تسجّل الدخول إلى { $bank } ببصمة إصبعك أو وجهك أو رمز PIN لجهازك. لا توجد كلمة مرور يمكن لأحد أن يعرفها.
passkeys-none = ليس لديك مفتاح مرور بعد.
passkey-added = أُضيف في
passkey-where = أين يعمل
passkey-copied = على أجهزتك التي تتشارك مفاتيح المرور
passkey-one-device = على جهاز واحد
passkey-name = الاسم
passkey-rename = تغيير الاسم
passkey-save = حفظ الاسم
passkey-remove = إزالة { $name }
passkeys-add = إضافة مفتاح مرور
passkeys-hint = بهذا الاسم تجده في القائمة.
passkeys-again-text = لإضافة مفتاح مرور، سجّل الدخول مرة أخرى أولًا. وبذلك لا يستطيع من يجد جهازك مفتوحًا أن يضيف مفتاحًا.
passkeys-again = تسجيل الدخول مرة أخرى
passkeys-added = أُضيف مفتاح المرور. يمكنك تسجيل الدخول به من الآن.
passkeys-removed = أُزيل مفتاح المرور ولم يعد يفتح شيئًا. يمكنك حذفه من جهازك أيضًا.
passkeys-named = تم تغيير الاسم.
passkeys-full = لا مكان لمفتاح مرور آخر. أزل واحدًا أولًا.
passkeys-last = مفتاح المرور هذا هو طريقتك الوحيدة لتسجيل الدخول، لذلك يبقى. أضف مفتاحًا آخر أولًا.
passkeys-nothing = لم يُضف أي مفتاح مرور. يُرجى المحاولة مرة أخرى.

consent-title = يطلب { $client } الوصول إلى بياناتك
consent-what = ما يطلبه { $client }
consent-openid = معرفة أنك أنت
consent-openid-text = يحصل على رقم يرمز إليك. لا يُسلَّم اسمك ولا كلمة مرورك.
consent-offline = البقاء متصلًا في غيابك
consent-offline-text = يمكنه استخدام هذا الوصول أيضًا عندما لا تستخدم التطبيق، حتى التاريخ المذكور أدناه.
consent-why = الغرض
consent-until = حتى
consent-until-text = { $date }، أو حتى توقفه
consent-until-once = هذه المرة فقط. للحصول على البيانات مرة أخرى، يجب أن يطلب منك { $client } ذلك من جديد.
lookback = إلى أي مدى في الماضي
lookback-days = { $count ->
    [zero] بيانات حتى { $count } يوم قبل كل طلب
    [one] بيانات حتى يوم واحد ({ $count }) قبل كل طلب
    [two] بيانات حتى يومين ({ $count }) قبل كل طلب
    [few] بيانات حتى { $count } أيام قبل كل طلب
    [many] بيانات حتى { $count } يومًا قبل كل طلب
   *[other] بيانات حتى { $count } يوم قبل كل طلب
}
consent-who = من يحصل عليها
consent-approve = موافقة
consent-decline = رفض
consent-stop = إذا رفضت، فلن تتم مشاركة أي شيء. وإذا وافقت، يمكنك إيقاف ذلك لدى { $bank } في أي وقت.
consent-part = مشاركة جزء فقط
consent-part-legend = حدّد ما تريد مشاركته
consent-part-button = مشاركة ما حدّدته فقط
consent-none-ticked = لم تحدّد شيئًا. حدّد ما تريد مشاركته، أو ارفض.
consent-not-you = لست { $name }؟
consent-switch = تسجيل الدخول باسم شخص آخر

logout-title = هل تريد تسجيل الخروج؟
logout-text = سيتم تسجيل خروجك من { $bank } في هذا المتصفح. لا يؤثر ذلك في التطبيقات التي سمحت لها بالبقاء متصلة في غيابك.
logout-yes = تسجيل الخروج
logout-no = البقاء مسجّل الدخول
signed-out-title = تم تسجيل خروجك
signed-out-text = لم تعد مسجّل الدخول إلى { $bank } في هذا المتصفح. يمكنك إغلاق هذه الصفحة.

auth-problem = لم ينجح ذلك
auth-unknown-client-title = لا نعرف هذا التطبيق
auth-unknown-client-text = التطبيق الذي أرسلك إلى هنا غير مسجّل لدى { $bank }، أو ذكر عنوانًا ليس عنوانه. لم تتم مشاركة أي شيء. أغلق هذه الصفحة وأخبر الشركة التي تدير التطبيق.
auth-bad-request-title = هناك خطأ في هذا الرابط
auth-bad-request-text = طلب التطبيق الذي أرسلك إلى هنا شيئًا لا يمكن لـ { $bank } تنفيذه. لم تتم مشاركة أي شيء. ارجع إلى التطبيق وابدأ من جديد.
auth-over-title = انتهى هذا الطلب
auth-over-text = أُجيب عنه من قبل، أو بقي مفتوحًا مدة طويلة. لن يحدث شيء آخر هنا. ارجع إلى التطبيق وابدأ من جديد إذا كنت لا تزال تريد ذلك.
auth-foreign-title = هذا لا يخص هذا المتصفح
auth-foreign-text = بدأ الطلب في متصفح آخر، أو أن شخصًا آخر مسجّل الدخول إلى { $bank } الآن. لم تتم مشاركة أي شيء. ارجع إلى التطبيق وابدأ من جديد.
auth-changed-title = تغيّر شيء في هذه الأثناء
auth-changed-text = بينما كانت هذه الصفحة مفتوحة، تغيّر التطبيق أو حسابك لدى { $bank }، فلم يعد الطلب صالحًا. لم تتم مشاركة أي شيء. ارجع إلى التطبيق وابدأ من جديد.

# Identities at other providers.
links-title = حساباتك لدى جهات أخرى
links-text = يمكنك تسجيل الدخول إلى { $bank } بحسابك لدى هذه الجهات. لا يعرف { $bank } إلا هويتك لديها، ولا شيء غير ذلك.
links-again-text = لتغيير شيء هنا، سجّل الدخول مرة أخرى أولاً. وبذلك لا يستطيع ذلك من يجد جهازك مفتوحاً.
link-linked = مرتبط
link-since = مرتبط منذ
link-none = لا تسجّل الدخول بهذا الحساب بعد.
link-add = ربط { $provider }
link-remove = إلغاء ربط { $provider }
links-linked = تم الربط. يمكنك تسجيل الدخول به من الآن.
links-unlinked = أُلغي الربط ولم يعد يفتح شيئاً هنا. وأُنهيت جلساتك التي فُتحت به.
links-taken = شخص آخر يسجّل الدخول هنا بهذا الحساب. لم يتغيّر شيء.
links-full = لا مكان لحساب آخر. ألغِ ربط أحدها أولاً.
links-last = هذه طريقتك الوحيدة لتسجيل الدخول، لذلك تبقى. أضف طريقة أخرى أولاً، مثل مفتاح مرور.
links-elsewhere = سجّل شخص آخر الدخول هنا في هذه الأثناء. لم يُربط شيء.

# On to the app.
onward-title = لحظة من فضلك
onward-text = ستنتقل الآن إلى { $client }.
onward-button = متابعة

notices-title = رسائل بشأن ما وافقت عليه
notices-are-on = تكتب إليك { $bank } عندما توافق على شيء، وعندما ينتهي، وقبل أن ينتهي.
notices-are-off = لا تكتب إليك { $bank } بشأن ما وافقت عليه.
notices-switch-off = إيقاف هذه الرسائل
notices-switch-on = تشغيل هذه الرسائل
notices-done-off = أُوقفت هذه الرسائل.
notices-done-on = شُغِّلت هذه الرسائل.
notices-note = الرسائل التي تحمي حسابك وتلك التي تطلبها تصل دائمًا.
