"""The icons: drawn for this project on a 24-unit grid, two-unit strokes, no file to fetch."""

#: name: the shapes inside the SVG. `f` on a shape's class fills instead of strokes.
ICONS: dict[str, str] = {
    "alert": '<path d="M12 3 2.5 20h19z"/><path d="M12 10v4.5M12 17.2v.3"/>',
    "arrow": '<path d="M4 12h16M14 6l6 6-6 6"/>',
    "blocked": '<circle cx="12" cy="12" r="8.5"/><path d="m6.2 6.2 11.6 11.6"/>',
    "box": '<rect x="3.5" y="3.5" width="17" height="17" rx="2"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/><path d="M3.5 10h17M8 2.5V7M16 2.5V7"/>',
    "check": '<path d="m4 12.5 5.5 5.5L20.5 6.5"/>',
    "chevron": '<path d="m9 5 7 7-7 7"/>',
    "chevron-back": '<path d="m15 5-7 7 7 7"/>',
    "chevron-down": '<path d="m5 9 7 7 7-7"/>',
    "clock": '<circle class="f" cx="12" cy="12" r="10"/><path class="n" d="M12 6.5V12l3.5 2.2"/>',
    "clock-line": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.2 2"/>',
    "close": '<path d="m5.5 5.5 13 13M18.5 5.5l-13 13"/>',
    "document": '<path d="M6 2.5h8.5L19 7v14.5H6z"/><path d="M14 2.5V8h5M9 12.5h7M9 16.5h7"/>',
    "error": '<circle cx="12" cy="12" r="9"/><path d="M12 7v6M12 16.2v.3"/>',
    "eye": '<path d="M1.8 12S5.5 5.5 12 5.5 22.2 12 22.2 12 18.5 18.5 12 18.5 1.8 12 1.8 12z"/>'
    '<circle class="f" cx="12" cy="12" r="3"/>',
    "fictional": '<rect x="2.5" y="2.5" width="19" height="19" rx="3" stroke-dasharray="3.2 2.6"/>'
    '<path d="M9.5 17.5V7h6M9.5 12h5"/>',
    "folder": '<path d="M3 5.5h6l2 2.5h10v11.5H3z"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.2v.3"/>',
    "key": '<circle cx="7.5" cy="15.5" r="4.5"/><path d="m11 12 9-9M16 7l3 3"/>',
    "lock": '<rect x="4.5" y="10.5" width="15" height="10.5" rx="2"/><path d="M8 10.5V7a4 4 0 0 1 8 0v3.5"/>',
    "mail": '<rect x="2.5" y="5" width="19" height="14" rx="2"/><path d="m3 6.5 9 7 9-7"/>',
    "pencil": '<path d="M4 20l1-5L16.5 3.5l4 4L9 19z"/><path d="m14 6 4 4"/>',
    "phone": '<path d="M5 3h4l1.8 4.8-2.4 1.8a12 12 0 0 0 6 6l1.8-2.4L21 15v4a2 2 0 0 1-2.2 2A17 17 0 0 1 3 5.2'
    'A2 2 0 0 1 5 3z"/>',
    "plus": '<path d="M12 4v16M4 12h16"/>',
    "print": '<path d="M7 9V3h10v6M7 17.5H3.5V9h17v8.5H17"/><path d="M7 14h10v7H7z"/>',
    "question": '<circle cx="12" cy="12" r="9"/><path d="M9.3 9.3a2.8 2.8 0 1 1 4 2.6c-.9.4-1.3 1-1.3 2M12 17v.3"/>',
    "search": '<circle cx="10.5" cy="10.5" r="7"/><path d="m16 16 5.5 5.5"/>',
    "share": '<path d="M3 9v6h4l5 4V5L7 9zM16 9a4.2 4.2 0 0 1 0 6M19 6a8.4 8.4 0 0 1 0 12"/>',
    "shield": '<path d="M12 2.5 4 5.5V12c0 5 3.4 8 8 9.5 4.6-1.5 8-4.5 8-9.5V5.5z"/>',
    "users": '<circle cx="9" cy="7.5" r="4"/><path d="M2 20.5v-1.6a5 5 0 0 1 5-5h4a5 5 0 0 1 5 5v1.6"/>'
    '<path d="M16 3.8a4 4 0 0 1 0 7.4M18.5 14.4a5 5 0 0 1 3.5 4.6v1.5"/>',
    "wait": '<path d="M6 3h12M6 21h12M7 3c0 5 5 6 5 9s-5 4-5 9M17 3c0 5-5 6-5 9s5 4 5 9"/>',
}
