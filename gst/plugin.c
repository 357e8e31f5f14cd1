/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanimgifdec.h"
#include "gstvisioncraftgifsrc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (visioncraftgifsrc, plugin)
      && GST_ELEMENT_REGISTER (animgifdec, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, visioncraftgif,
    "VisionCraft text-to-GIF source and animated GIF decoder", plugin_init,
    VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
