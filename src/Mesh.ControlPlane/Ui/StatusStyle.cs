namespace Mesh.ControlPlane.Ui;

/// <summary>How the pages look: system fonts, light and dark, one column on a phone.</summary>
internal static class StatusStyle
{
    /// <summary>The style sheet.</summary>
    public const string Text = """
        :root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b1f24;--soft:#5b6470;--line:#e3e6ea;--accent:#3b5bdb;--good:#2b8a3e;--warn:#b35c00;--bad:#c92a2a;--chip:#eef1f5}
        @media(prefers-color-scheme:dark){:root{--bg:#101418;--card:#181d23;--ink:#e7ebf0;--soft:#98a2ae;--line:#2a313a;--accent:#91a7ff;--good:#69db7c;--warn:#ffc078;--bad:#ff8787;--chip:#232a33}}
        *{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:1180px;margin:0 auto;padding:20px 16px 48px}main.narrow{max-width:560px;padding-top:12vh}
        h1{font-size:1.5rem;margin:0 0 4px}h2{font-size:1.05rem;margin:32px 0 10px}
        code,.mono{font:.86em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        a{color:var(--accent)}.soft{color:var(--soft)}.right{text-align:right}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:10px;margin:16px 0 0}
        .tile{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:12px 14px}.tile b{display:block;font-size:1.45rem;line-height:1.2}
        .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:12px}
        .card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px}.card h3{margin:0 0 6px;font-size:1rem;display:flex;gap:8px;align-items:center}
        .card ul{list-style:none;margin:8px 0 0;padding:0}.card li{display:flex;justify-content:space-between;gap:10px;padding:4px 0;border-top:1px solid var(--line)}
        .chip{display:inline-block;background:var(--chip);border-radius:99px;padding:1px 9px;font-size:.82em;margin:0 4px 4px 0}
        .dot{flex:none;width:10px;height:10px;border-radius:50%;background:var(--soft)}.good{background:var(--good)}.warn{background:var(--warn)}.bad{background:var(--bad)}
        .t-good{color:var(--good)}.t-warn{color:var(--warn)}.t-bad{color:var(--bad)}
        .scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px}
        td{overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:8px 12px;border-top:1px solid var(--line);vertical-align:top}thead th{border-top:0;color:var(--soft);font-weight:600;font-size:.84em;white-space:nowrap}
        .alarm+.card,.alarm+.scroll{margin-top:12px}.alarm{border:1px solid var(--bad);border-radius:12px;padding:10px 14px;margin:14px 0 0;background:color-mix(in srgb,var(--bad) 10%,var(--card))}
        .empty{padding:14px;color:var(--soft)}.away main{opacity:.5}footer{margin-top:32px;color:var(--soft);font-size:.86em}
        @media(max-width:640px){.wide{display:none}th,td{padding:7px 9px}}
        """;
}
