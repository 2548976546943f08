### بيانات الشخص نفسه، في صفحة الإعدادات.

settings-language = اللغة
settings-language-about = نكتب بها رسائلنا إليك، ونعرض لك بها هذه الصفحات.
settings-save = احفظ
