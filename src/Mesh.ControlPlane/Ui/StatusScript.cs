namespace Mesh.ControlPlane.Ui;

/// <summary>Keeps an open page fresh: fetches it again and swaps its content, so that scrolling and selection stay.</summary>
internal static class StatusScript
{
    /// <summary>The script.</summary>
    public const string Text = """
        "use strict";
        const main = document.querySelector("main");
        async function refresh() {
          try {
            if (!document.hidden && String(getSelection()) === "") {
              const answer = await fetch("/", { headers: { accept: "text/html" } });
              if (answer.redirected) { location.href = "/login"; return; }
              const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
              if (next && next.innerHTML !== main.innerHTML) { main.innerHTML = next.innerHTML; }
            }
            document.body.classList.remove("away");
          } catch { document.body.classList.add("away"); }
          setTimeout(refresh, 2000);
        }
        setTimeout(refresh, 2000);
        """;
}
