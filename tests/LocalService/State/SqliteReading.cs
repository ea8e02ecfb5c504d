using Microsoft.Data.Sqlite;

namespace LocalService.State;

public static class SqliteReading
{
    public static string Text(this SqliteDataReader row, string column) => row.GetString(row.GetOrdinal(column));

    public static string? TextOrNull(this SqliteDataReader row, string column) =>
        row.IsDBNull(row.GetOrdinal(column)) ? null : row.Text(column);

    public static int Number(this SqliteDataReader row, string column) => row.GetInt32(row.GetOrdinal(column));

    public static DateTimeOffset Time(this SqliteDataReader row, string column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(row.GetOrdinal(column)));

    public static DateTimeOffset? TimeOrNull(this SqliteDataReader row, string column) =>
        row.IsDBNull(row.GetOrdinal(column)) ? null : row.Time(column);
}
