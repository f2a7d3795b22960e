using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Sharing;
using Mesh.Model.Recording;

namespace Mesh.ControlPlane.Kubernetes.Recorder;

/// <summary>A recording as a text that replicas of the control plane share. What is none that could have begun is none.</summary>
internal static class RecordingText
{
    private const int LongestName = 64;
    private const int LongestCaller = 512;

    /// <summary>The text.</summary>
    public static string Write(RecordingState recording)
    {
        var text = new JsonObject
        {
            ["id"] = recording.Id,
            ["by"] = recording.By,
            ["startedAt"] = SharedText.Write(recording.StartedAt),
            ["endsAt"] = SharedText.Write(recording.EndsAt),
            ["heldUntil"] = SharedText.Write(recording.HeldUntil),
        };
        if (recording.EndedAt is { } ended)
        {
            text["endedAt"] = SharedText.Write(ended);
        }

        return text.ToJsonString();
    }

    /// <summary>Reads it.</summary>
    /// <param name="text">The text; <see langword="null"/> and empty: there is none.</param>
    /// <param name="now">The time: what would go on for longer than a recording may is none.</param>
    /// <param name="isRefused">Whether there is a text that is none.</param>
    public static RecordingState? Read(string? text, DateTimeOffset now, out bool isRefused)
    {
        var read = string.IsNullOrEmpty(text) ? null : SharedText.Try(() => ReadOne(text));
        if (read is not null && read.EndsAt <= now + RecordingOrder.Longest + SharedText.Skew && read.HeldUntil <= now + RecordingState.Hold + SharedText.Skew)
        {
            isRefused = false;
            return read;
        }

        isRefused = !string.IsNullOrEmpty(text);
        return null;
    }

    private static RecordingState? ReadOne(string text) =>
        JsonNode.Parse(text) is JsonObject said
        && said.Text("id") is { Length: > 0 and <= LongestName } id && id.All(char.IsAsciiLetterOrDigit)
        && said.Text("by") is { Length: <= LongestCaller } by
        && said.Time("startedAt") is { } started && said.Time("endsAt") is { } ends && said.Time("heldUntil") is { } held
        && (said.Time("endedAt") is var ended && (ended is not null || said["endedAt"] is null))
            ? new(id, by, started, ends, held, ended)
            : null;
}
