using System.Collections.Immutable;
using System.Globalization;
using Mesh.ControlPlane.Compilation;
using Mesh.Model.Serialization;

namespace Mesh.ControlPlane.Ui;

/// <summary>What goes wrong on purpose, above all else that looks wrong because of it.</summary>
internal static class FaultTable
{
    public static Html Render(ImmutableArray<FaultLease> leases, DateTimeOffset now) => Html.Join(leases.Select(lease => Html.Of($"""
        <div class="alarm">Fault <b class="mono">{lease.Id}</b> by {lease.By}: calls {(lease.Request.From.IsEmpty ? "" : $"of {string.Join(", ", lease.Request.From)} ")}to <b>{lease.Request.To}</b> go wrong
        for another {Math.Ceiling((lease.EndsAt - now).TotalSeconds).ToString("0", CultureInfo.InvariantCulture)} s
        <span class="mono soft">{What(lease)}</span></div>
        """)));

    private static string What(FaultLease lease) => string.Join(' ', FaultReader.Write(lease.Request).Members
        .Where(member => member.Name is not ("to" or "from" or "duration"))
        .Select(member => $"{member.Name}: {string.Join(' ', JsonDocumentWriter.Write(member.Value).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))}"));
}
