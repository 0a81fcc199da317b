"""Signing in and out, and one's own account. The names are those that allauth expects."""

from django.urls import path

from regulars.web.views import account, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("sign-in/closed/", sign_in.closed, name="account_inactive"),
    path("sign-in/forgotten/", sign_in.forgotten, name="account_reset_password"),
    path("sign-in/code/", sign_in.second_step, name="mfa_authenticate"),
    path("sign-in/again/", sign_in.again, name="account_reauthenticate"),
    path("sign-in/again/code/", sign_in.again_by_code, name="mfa_reauthenticate"),
    path("settings/account/", account.mine, name="mfa_index"),
    path("settings/account/password/", account.password, name="account_change_password"),
    path("settings/account/two-step/", account.two_step_on, name="mfa_activate_totp"),
    path("settings/account/two-step/off/", account.two_step_off, name="mfa_deactivate_totp"),
    path("settings/account/codes/", account.codes, name="mfa_view_recovery_codes"),
    path("settings/account/codes/new/", account.new_codes, name="mfa_generate_recovery_codes"),
    path("settings/account/codes/download/", account.download_codes, name="mfa_download_recovery_codes"),
]
