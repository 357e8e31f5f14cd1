/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "defaults.h"

#include "failure.h"

gboolean
defaults_find (const Value *values, const SharedSettings *settings,
    Parameters *ret_defaults, GError **error)
{
  GstElement *source = gst_element_factory_make ("visioncraftgifsrc", NULL);

  if (source == NULL) {
    g_set_error_literal (error, FAILURE, FAILURE_UNAVAILABLE,
        "The GStreamer element \"visioncraftgifsrc\" is missing: install the "
        "plugins of gst-visioncraft.");
    return FALSE;
  }
  gst_object_ref_sink (source);
  *ret_defaults = (Parameters){ 0 };
  g_object_get (source, "sampler", &ret_defaults->sampler, "cfg-scale",
      &ret_defaults->cfg_scale, "steps", &ret_defaults->steps, NULL);
  gst_object_unref (source);
  if (values[OPTION_SAMPLER].text != NULL) {
    g_free (ret_defaults->sampler);
    ret_defaults->sampler = g_strdup (values[OPTION_SAMPLER].text);
  }
  ret_defaults->negative_prompt =
      g_strdup (values[OPTION_NEGATIVE_PROMPT].text);
  if (settings->steps != -1)
    ret_defaults->steps = settings->steps;
  if (settings->cfg_scale != -1)
    ret_defaults->cfg_scale = settings->cfg_scale;
  return TRUE;
}
