# Why data may not be used, for the person whose data it is.

reason-no-consent = لم توافق على هذا.
reason-pending = سُئلت عن هذا ولم تُجب بعد.
reason-pending-approval = لقد وافقت، ولا يزال جوابك بحاجة إلى تأكيد.
reason-denied = لقد رفضت هذا.
reason-revoked = لقد أوقفت مشاركة هذا.
reason-expired = انتهت المدة التي وافقت عليها.
reason-restricted = وافقت على ما هو أقل من هذا.
reason-wrong-version = تغيّر النص منذ موافقتك. ستُسأل مرة أخرى.
reason-grant-ended = انتهى الوصول الذي كان هذا جزءًا منه.
reason-party-suspended = الجهة التي تطلب هذا غير مخدومة في الوقت الحالي.
reason-processing-restricted = استخدام بياناتك مقيَّد في الوقت الحالي.
