{
    "name": "Client Refund: Portal",
    "summary": "Clients see their refunds on the portal, and ask for what is open",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Client Refund contributors",
    "license": "LGPL-3",
    "depends": ["client_refund"],
    "data": [
        "data/mail_activity_type.xml",
        "views/client_refund_views.xml",
        "views/client_refund_portal_templates.xml",
        "views/res_config_settings_views.xml",
    ],
    "demo": ["demo/client_refund_portal_demo.xml"],
    "assets": {"web.assets_tests": ["client_refund_portal/static/tests/tours/*.js"]},
    "installable": True,
    "auto_install": True,
}
