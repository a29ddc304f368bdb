"""Where the pages live."""

from django.urls import include, path

from labeling.labelstudio import api

urlpatterns = [path("api/", api.urls()), path("", include("labeling.urls"))]
