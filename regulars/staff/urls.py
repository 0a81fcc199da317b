"""Colleagues, and choosing one's own password."""

from django.urls import path

from regulars.staff import views

app_name = "staff"

urlpatterns = [
    path("settings/staff/", views.colleagues_page, name="colleagues"),
    path("settings/staff/<int:user_id>/roles/", views.give_role, name="role"),
    path("settings/staff/<int:user_id>/closings/", views.close_account, name="close"),
    path("settings/staff/<int:user_id>/openings/", views.open_account, name="open"),
    path("settings/staff/<int:user_id>/links/", views.make_link, name="link"),
    path("welcome/<str:who>/<str:token>/", views.choose_password, name="choose-password"),
]
