# Preferences centers. Titles and texts of what can be chosen come from the tenant.
center-title = تفضيلاتك
center-lead = اختر ما يُسمح به لدى { $brand }. يمكنك تغييره في أي وقت.
center-yes = نعم
center-no = لا
center-channels = كيف يمكننا التواصل معك
center-save = حفظ
center-saved = تم الحفظ
center-saved-text = يسري ما اخترته من الآن.
center-unchanged = لم يتغير شيء
center-refused = تعذّر حفظ ذلك
center-refused-text = لم يعد اختيار جزء منه ممكنًا. اطّلع على الصفحة من جديد وحاول مرة أخرى.
center-no-address = يجب تأكيده بالبريد، وليس لدينا عنوان لك.
center-confirm = يُرجى التأكيد بالبريد
center-confirm-text = أرسلنا إليك رسالة. يسري ما اخترته بعد أن تؤكده فيها، وحتى ذلك الحين يبقى كل شيء كما كان.
center-waits-mail = ينتظر تأكيدك بالبريد
center-waits = ينتظر الموافقة
center-waits-text = إلى أن تتم الموافقة عليه يبقى كل شيء كما كان.
center-delegate = يتصرّف { $name } نيابةً عن { $person }.
center-problem = لم ينجح ذلك

# Signing on a center's page, and handing in a document there.
center-signature = توقيعك
center-signature-text = لا يسري ما تغيّره هنا إلا بتوقيعك.
center-signature-area = ارسم توقيعك هنا بإصبعك أو بقلم أو بالفأرة
center-signature-anew = مسح
center-signature-name = أو اكتب اسمك
center-signature-file = صورة لتوقيعك
center-signature-needed = توقيعك غير موجود.
center-document = مستندك
center-document-file = ملف المستند
center-document-needed = المستند غير موجود.
center-file-kind = ليس الملف من الأنواع المقبولة.
center-file-large = الملف كبير جدًا.

# Getting into a center.
center-enter-title = افتح تفضيلاتك
center-enter-lead = نرسل إليك رسالة لنتأكد من أنك أنت.
center-enter-closed = افتح هذه الصفحة بالرابط الذي أُرسل إليك.
center-address = عنوان البريد الإلكتروني
center-customer = رقم العميل
center-send-link = أرسلوا إليّ رابطًا بدلًا من ذلك
center-open = فتح
center-wait = طلبت رسائل كثيرة. يُرجى الانتظار { $minutes ->
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}.
center-over = لم يعد هذا الرابط يعمل
center-over-text = اطلب رابطًا جديدًا هنا.
center-over-closed = اطلب رابطًا جديدًا ممن أرسله إليك.
center-sent-title = اطّلع على بريدك
center-sent-text = إذا كان صاحب هذا العنوان معروفًا هنا فالرابط في طريقه إليه. يعمل مدة 15 دقيقة.
center-sent-again = لم تصل الرسالة؟ حاول من جديد

# Deciding about a choice that waits.
approval-own-title = هل هذا ما تريده؟
approval-own-lead = يسري هذا لدى { $brand } بعد أن تؤكده.
approval-title = اختيار يحتاج إلى موافقة
approval-lead = يسري بعد الموافقة عليه.
approval-person = لصالح
approval-delegate = اختاره
approval-until = حتى
approval-files = ما قُدِّم معه
approval-picture = صورة { $number }
approval-document = مستند { $number }
approval-confirm = تأكيد
approval-decline = رفض
approval-approve = موافقة
approval-refuse = عدم الموافقة
approval-note = لا يحدث شيء قبل أن تضغط أحدهما.
approval-done = يسري الآن
approval-done-text = تم تأكيد الاختيار. يمكنك إغلاق هذه الصفحة.
approval-declined = تم رفضه
approval-declined-text = لم يتغير شيء. يمكنك إغلاق هذه الصفحة.
approval-part = شكرًا لك
approval-part-text = أتممت ما عليك. يسري الاختيار بعد موافقة جميع من سُئلوا.
approval-decided = تم البتّ في هذا من قبل
approval-decided-text = أكّده شخص ما أو رفضه من قبل. لم يبقَ ما يُفعل هنا.
approval-over = فات الأوان
approval-over-text = لم يبتّ فيه أحد في الوقت المحدد، أو سُحب الاختيار. لم يتغير شيء.
approval-unknown = لا نعرف هذا الرابط
approval-unknown-text = العنوان غير مكتمل. افتحه من الرسالة مرة أخرى.

# A link that does something when it is opened.
link-done = تم ذلك
link-done-text = سُجّل اختيارك. يمكنك إغلاق هذه الصفحة.
link-over = لم يعد هذا الرابط يعمل
link-over-text = انتهت مدته. لم يتغير شيء. اطلب رابطًا جديدًا ممن أرسله إليك.
