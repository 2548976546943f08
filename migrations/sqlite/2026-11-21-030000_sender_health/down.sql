DROP TABLE sender_health;
