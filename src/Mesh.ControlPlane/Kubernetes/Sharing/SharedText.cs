using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.ControlPlane.Kubernetes.Sharing;

/// <summary>Reads what replicas of the control plane share. Members are looked at when they are asked for: a name that stands twice and half of a surrogate pair are found out only then.</summary>
internal static class SharedText
{
    /// <summary>How far the clocks of two replicas may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>What is read of something, or <see langword="null"/> where it is not what it should be.</summary>
    public static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>A text; <see langword="null"/>: there is none of that name.</summary>
    public static string? Text(this JsonObject said, string name) => said[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A time, as <see cref="Write"/> writes it; <see langword="null"/>: there is none of that name.</summary>
    public static DateTimeOffset? Time(this JsonObject said, string name) =>
        DateTimeOffset.TryParse(said.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;

    /// <summary>A time as text.</summary>
    public static string Write(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
